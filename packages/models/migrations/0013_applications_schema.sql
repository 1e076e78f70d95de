ALTER TABLE "applications" ADD COLUMN "max_rooms" integer;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "auth_configuration" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "service_config" jsonb;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "player_ice_servers" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "created_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "deleted_by" text;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "image" text;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "status" text DEFAULT 'succeeded' NOT NULL;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "created_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "started_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "finished_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "deleted_by" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "created_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_max_rooms_check" CHECK ("applications"."max_rooms" >= 0);--> statement-breakpoint
ALTER TABLE "builds" ADD CONSTRAINT "builds_status_check" CHECK ("builds"."status" in ('created', 'running', 'succeeded', 'failed'));