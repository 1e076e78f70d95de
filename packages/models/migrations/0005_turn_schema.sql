CREATE TABLE "turn_secrets" (
	"secret_id" text PRIMARY KEY NOT NULL,
	"realm" text NOT NULL,
	"value" text NOT NULL,
	"not_before" timestamp (6) with time zone NOT NULL,
	"not_after" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "turn_servers" (
	"server_id" text PRIMARY KEY NOT NULL,
	"regions" text[] NOT NULL,
	"uris" text[] NOT NULL,
	"realm" text NOT NULL,
	"version" text,
	"sessions" integer DEFAULT 0 NOT NULL,
	"draining" boolean DEFAULT false NOT NULL,
	"healthy" boolean DEFAULT false NOT NULL,
	"canary_ms" double precision,
	"canary_username" text,
	"canary_hmackey" text,
	"canary_expires_at" timestamp (6) with time zone,
	"started_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"seen_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "turn_sessions" (
	"server_id" text NOT NULL,
	"session_id" text NOT NULL,
	"started_at" timestamp (6) with time zone NOT NULL,
	"username" text NOT NULL,
	"room_key" text NOT NULL,
	"player_id" text,
	"seen_at" timestamp (6) with time zone NOT NULL,
	"ended_at" timestamp (6) with time zone,
	"received_bytes" bigint DEFAULT 0 NOT NULL,
	"sent_bytes" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "turn_sessions_server_id_session_id_started_at_pk" PRIMARY KEY("server_id","session_id","started_at")
);
--> statement-breakpoint
CREATE INDEX "turn_servers_canary_username_index" ON "turn_servers" USING btree ("canary_username");--> statement-breakpoint
CREATE INDEX "turn_sessions_room_key_index" ON "turn_sessions" USING btree ("room_key");--> statement-breakpoint
CREATE INDEX "turn_sessions_running_idx" ON "turn_sessions" USING btree ("server_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "turn_sessions_ended_idx" ON "turn_sessions" USING btree ("ended_at") WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX "turn_credentials_player_live_idx" ON "turn_credentials" USING btree ("room_key","expires_at") WHERE player_id is not null and revoked_at is null;