CREATE INDEX "room_allocations_stay_idx" ON "room_allocations" USING btree ("process_id","unscheduled_at");--> statement-breakpoint
DROP INDEX "room_allocations_process_idx";--> statement-breakpoint
DROP INDEX "room_allocations_on_process_idx";--> statement-breakpoint
DROP INDEX "processes_free_idx";--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "free_digits" integer GENERATED ALWAYS AS ((length(ltrim((rooms_per_process - rooms_allocated)::bit(16)::text, '0')) + 1) / 2) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "processes_free_digits_idx" ON "processes" USING btree ("pool_id","status","free_digits") WHERE has_room and status in ('starting', 'running');