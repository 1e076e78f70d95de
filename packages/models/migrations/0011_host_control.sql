ALTER TABLE "hosts" ADD COLUMN "control_url" text;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "control_secret" text;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "terminates_tls" boolean DEFAULT false NOT NULL;