CREATE TABLE "lobbies" (
	"room_key" text PRIMARY KEY NOT NULL,
	"app_id" text NOT NULL,
	"created_by" jsonb NOT NULL,
	"visibility" text NOT NULL,
	"short_code" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"has_room" boolean DEFAULT false NOT NULL,
	CONSTRAINT "lobbies_visibility_check" CHECK ("lobbies"."visibility" in ('private', 'public', 'local'))
);
--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "ping_port" integer;--> statement-breakpoint
CREATE INDEX "lobbies_player_idx" ON "lobbies" USING btree ("app_id","created_by","created_at");--> statement-breakpoint
CREATE INDEX "lobbies_short_code_idx" ON "lobbies" USING btree ("app_id","short_code","created_at");--> statement-breakpoint
CREATE INDEX "lobbies_unseen_idx" ON "lobbies" USING btree ("created_at") WHERE not has_room;