CREATE INDEX "room_allocations_stay_idx" ON "room_allocations" USING btree ("process_id","unscheduled_at");--> statement-breakpoint
DROP INDEX "room_allocations_process_idx";--> statement-breakpoint
DROP INDEX "room_allocations_on_process_idx";