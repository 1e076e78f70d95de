ALTER TABLE "rooms" ADD COLUMN "deployment_id" text;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "woken_at" timestamp (6) with time zone;--> statement-breakpoint
CREATE INDEX "processes_app_idx" ON "processes" USING btree ("app_id","created_at");