CREATE TABLE "room_counts" (
	"app_id" text PRIMARY KEY NOT NULL,
	"at_most" integer NOT NULL,
	"max_rooms" integer NOT NULL,
	"counted_at" timestamp (6) with time zone NOT NULL
);
