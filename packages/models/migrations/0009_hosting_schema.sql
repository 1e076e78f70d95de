ALTER TABLE "applications" ADD COLUMN "max_processes" integer;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "warm_processes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "processes" ADD COLUMN "no_connections_since" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_max_processes_check" CHECK ("applications"."max_processes" >= 0);--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_warm_processes_check" CHECK ("deployments"."warm_processes" between 0 and 100000);