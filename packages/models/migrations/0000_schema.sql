CREATE TABLE "applications" (
	"app_id" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"app_name" text NOT NULL,
	"app_secret" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"deleted_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "builds" (
	"build_id" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"build_tag" text,
	"command" text,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"deleted_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"deployment_id" text PRIMARY KEY NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "deployments_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"app_id" text NOT NULL,
	"build_id" text NOT NULL,
	"deployment_tag" text,
	"container_port" integer NOT NULL,
	"transport_type" text NOT NULL,
	"additional_container_ports" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"rooms_per_process" integer NOT NULL,
	"max_processes" integer NOT NULL,
	"requested_cpu" double precision NOT NULL,
	"requested_memory_mb" double precision NOT NULL,
	"idle_timeout_enabled" boolean NOT NULL,
	"env" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"deleted_at" timestamp (6) with time zone,
	CONSTRAINT "deployments_rooms_per_process_check" CHECK ("deployments"."rooms_per_process" between 1 and 10000),
	CONSTRAINT "deployments_max_processes_check" CHECK ("deployments"."max_processes" between 0 and 100000)
);
--> statement-breakpoint
CREATE TABLE "hosts" (
	"host_id" text PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"regions" text[] NOT NULL,
	"public_host" text NOT NULL,
	"max_processes" integer NOT NULL,
	"incarnation" uuid NOT NULL,
	"started_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"beat_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "org_tokens" (
	"org_token_id" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"name" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"scopes" text[],
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"revoked_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"org_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pools" (
	"pool_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pools_pool_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"app_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"region" text NOT NULL,
	"max_processes" integer NOT NULL,
	"start_failures" integer DEFAULT 0 NOT NULL,
	"stopped_until" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "port_leases" (
	"host_id" text NOT NULL,
	"port" integer NOT NULL,
	"process_id" uuid NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "port_leases_host_id_port_pk" PRIMARY KEY("host_id","port")
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"process_id" uuid PRIMARY KEY NOT NULL,
	"pool_id" bigint NOT NULL,
	"app_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"region" text NOT NULL,
	"status" text NOT NULL,
	"rooms_per_process" integer NOT NULL,
	"rooms_allocated" integer NOT NULL,
	"has_room" boolean GENERATED ALWAYS AS (rooms_allocated < rooms_per_process) STORED NOT NULL,
	"exposed_port" jsonb,
	"additional_exposed_ports" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"initial_room_key" text,
	"initial_room_config" text,
	"host_id" text,
	"host_incarnation" uuid,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"scheduled_at" timestamp (6) with time zone,
	"booted_at" timestamp (6) with time zone,
	"started_at" timestamp (6) with time zone,
	"stopping_at" timestamp (6) with time zone,
	"terminated_at" timestamp (6) with time zone,
	"stop_reason" text,
	"exit_code" integer,
	"exit_signal" text,
	CONSTRAINT "processes_rooms_allocated_check" CHECK ("processes"."rooms_allocated" between 0 and "processes"."rooms_per_process")
);
--> statement-breakpoint
CREATE TABLE "room_allocations" (
	"room_allocation_id" uuid PRIMARY KEY NOT NULL,
	"room_key" text NOT NULL,
	"process_id" uuid NOT NULL,
	"scheduled_at" timestamp (6) with time zone NOT NULL,
	"unscheduled_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "room_events" (
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "room_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"app_id" text NOT NULL,
	"room_key" text,
	"type" text NOT NULL,
	"payload" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rooms" (
	"room_key" text PRIMARY KEY NOT NULL,
	"app_id" text NOT NULL,
	"room_id" text NOT NULL,
	"room_config" text,
	"state" text NOT NULL,
	"region" text NOT NULL,
	"pool_id" bigint,
	"client_ips" jsonb,
	"placements" integer DEFAULT 0 NOT NULL,
	"unscheduled_reason" text,
	"created_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (6) with time zone,
	"unscheduled_at" timestamp (6) with time zone,
	"destroyed_at" timestamp (6) with time zone,
	CONSTRAINT "rooms_state_check" CHECK ("rooms"."state" in ('active', 'scheduling', 'suspended', 'unscheduled', 'destroyed')),
	CONSTRAINT "rooms_destroyed_check" CHECK (("rooms"."state" = 'destroyed') = ("rooms"."destroyed_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "turn_credentials" (
	"username" text PRIMARY KEY NOT NULL,
	"room_key" text NOT NULL,
	"player_id" text,
	"realm" text NOT NULL,
	"hmackey" text NOT NULL,
	"key_version" text NOT NULL,
	"issued_at" timestamp (6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (6) with time zone NOT NULL,
	"revoked_at" timestamp (6) with time zone,
	"suspended_at" timestamp (6) with time zone,
	CONSTRAINT "turn_credentials_hmackey_check" CHECK ("turn_credentials"."hmackey" ~ '^[0-9a-f]{32}$')
);
--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "builds" ADD CONSTRAINT "builds_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_app_id_applications_app_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."applications"("app_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_build_id_builds_build_id_fk" FOREIGN KEY ("build_id") REFERENCES "public"."builds"("build_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "org_tokens" ADD CONSTRAINT "org_tokens_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "port_leases" ADD CONSTRAINT "port_leases_process_id_processes_process_id_fk" FOREIGN KEY ("process_id") REFERENCES "public"."processes"("process_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_allocations" ADD CONSTRAINT "room_allocations_room_key_rooms_room_key_fk" FOREIGN KEY ("room_key") REFERENCES "public"."rooms"("room_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_allocations" ADD CONSTRAINT "room_allocations_process_id_processes_process_id_fk" FOREIGN KEY ("process_id") REFERENCES "public"."processes"("process_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turn_credentials" ADD CONSTRAINT "turn_credentials_room_key_rooms_room_key_fk" FOREIGN KEY ("room_key") REFERENCES "public"."rooms"("room_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "applications_org_id_app_name_index" ON "applications" USING btree ("org_id","app_name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "builds_org_id_index" ON "builds" USING btree ("org_id");--> statement-breakpoint
CREATE INDEX "deployments_app_id_sequence_index" ON "deployments" USING btree ("app_id","sequence");--> statement-breakpoint
CREATE UNIQUE INDEX "org_tokens_token_hash_index" ON "org_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "org_tokens_org_id_index" ON "org_tokens" USING btree ("org_id");--> statement-breakpoint
CREATE UNIQUE INDEX "pools_deployment_id_region_index" ON "pools" USING btree ("deployment_id","region");--> statement-breakpoint
CREATE INDEX "port_leases_process_id_index" ON "port_leases" USING btree ("process_id");--> statement-breakpoint
CREATE INDEX "processes_free_idx" ON "processes" USING btree ("pool_id") WHERE has_room and status in ('starting', 'running');--> statement-breakpoint
CREATE INDEX "processes_live_idx" ON "processes" USING btree ("pool_id") WHERE terminated_at is null;--> statement-breakpoint
CREATE INDEX "processes_host_idx" ON "processes" USING btree ("host_id") WHERE terminated_at is null;--> statement-breakpoint
CREATE INDEX "processes_unclaimed_idx" ON "processes" USING btree ("created_at") WHERE status = 'starting' and host_id is null;--> statement-breakpoint
CREATE INDEX "processes_terminated_idx" ON "processes" USING btree ("terminated_at") WHERE terminated_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "room_allocations_open_idx" ON "room_allocations" USING btree ("room_key") WHERE unscheduled_at is null;--> statement-breakpoint
CREATE INDEX "room_allocations_room_idx" ON "room_allocations" USING btree ("room_key","scheduled_at");--> statement-breakpoint
CREATE INDEX "room_allocations_process_idx" ON "room_allocations" USING btree ("process_id");--> statement-breakpoint
CREATE INDEX "room_allocations_ended_idx" ON "room_allocations" USING btree ("unscheduled_at") WHERE unscheduled_at is not null;--> statement-breakpoint
CREATE INDEX "room_events_xid_id_index" ON "room_events" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "room_events_created_at_index" ON "room_events" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "rooms_live_idx" ON "rooms" USING btree ("app_id","room_id") WHERE destroyed_at is null;--> statement-breakpoint
CREATE INDEX "rooms_destroyed_id_idx" ON "rooms" USING btree ("app_id","room_id","destroyed_at") WHERE destroyed_at is not null;--> statement-breakpoint
CREATE INDEX "rooms_destroyed_idx" ON "rooms" USING btree ("destroyed_at") WHERE destroyed_at is not null;--> statement-breakpoint
CREATE INDEX "rooms_expires_idx" ON "rooms" USING btree ("expires_at") WHERE destroyed_at is null and expires_at is not null;--> statement-breakpoint
CREATE INDEX "rooms_unscheduled_idx" ON "rooms" USING btree ("unscheduled_at") WHERE destroyed_at is null and unscheduled_at is not null;--> statement-breakpoint
CREATE INDEX "rooms_app_idx" ON "rooms" USING btree ("app_id","created_at","room_key") WHERE destroyed_at is null;--> statement-breakpoint
CREATE INDEX "turn_credentials_room_key_index" ON "turn_credentials" USING btree ("room_key");--> statement-breakpoint
CREATE INDEX "turn_credentials_player_end_idx" ON "turn_credentials" USING btree (least(revoked_at, expires_at)) WHERE player_id is not null;