ALTER TABLE "org_tokens" ADD COLUMN "created_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "org_tokens" ADD COLUMN "last_four" text DEFAULT '' NOT NULL;