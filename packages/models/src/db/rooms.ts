import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { instant, xid8 } from "./columns.ts";
import { processes } from "./processes.ts";

/** Internal states of a room; RoomsV2 shows `suspended` and `unscheduled` as `scheduling`. */
export type RoomState = "active" | "scheduling" | "suspended" | "unscheduled" | "destroyed";

/**
 * A room. `room_key` is its own key and never reused; `room_id` is the caller's word and unique among the live rooms
 * of an application only, so everything that hangs on a room refers to `room_key`.
 */
export const rooms = pgTable(
  "rooms",
  {
    roomKey: text().primaryKey(),
    appId: text().notNull(),
    roomId: text().notNull(),
    roomConfig: text(),
    state: text().$type<RoomState>().notNull(),
    region: text().notNull(),
    /** Null for a room without a game server (made over Thrift for an application without a deployment). */
    poolId: bigint({ mode: "number" }),
    /** The deployment that the caller named; null: the newest one, also at each resume. */
    deploymentId: text(),
    /** Addresses that the caller wants to admit; kept as given. */
    clientIps: jsonb().$type<string[]>(),
    /** Placements tried so far; after three start failures the room stays unscheduled. */
    placements: integer().notNull().default(0),
    /** Why the room is unscheduled: `start_failed`, `no_capacity`, or the reason of its process's end. */
    unscheduledReason: text(),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    expiresAt: instant(),
    unscheduledAt: instant(),
    /** When connection info last tried to wake the room. */
    wokenAt: instant(),
    destroyedAt: instant(),
  },
  (table) => [
    uniqueIndex("rooms_live_idx")
      .on(table.appId, table.roomId)
      .where(sql`destroyed_at is null`),
    index("rooms_destroyed_id_idx")
      .on(table.appId, table.roomId, table.destroyedAt)
      .where(sql`destroyed_at is not null`),
    index("rooms_destroyed_idx")
      .on(table.destroyedAt)
      .where(sql`destroyed_at is not null`),
    index("rooms_expires_idx")
      .on(table.expiresAt)
      .where(sql`destroyed_at is null and expires_at is not null`),
    index("rooms_unscheduled_idx")
      .on(table.unscheduledAt)
      .where(sql`destroyed_at is null and unscheduled_at is not null`),
    index("rooms_app_idx")
      .on(table.appId, table.createdAt, table.roomKey)
      .where(sql`destroyed_at is null`),
    check(
      "rooms_state_check",
      sql`${table.state} in ('active', 'scheduling', 'suspended', 'unscheduled', 'destroyed')`,
    ),
    check("rooms_destroyed_check", sql`(${table.state} = 'destroyed') = (${table.destroyedAt} is not null)`),
  ],
);

/** The stay of a room on a process. */
export const roomAllocations = pgTable(
  "room_allocations",
  {
    roomAllocationId: uuid().primaryKey(),
    roomKey: text()
      .notNull()
      .references(() => rooms.roomKey, { onDelete: "cascade" }),
    processId: uuid()
      .notNull()
      .references(() => processes.processId),
    scheduledAt: instant().notNull(),
    unscheduledAt: instant(),
  },
  (table) => [
    uniqueIndex("room_allocations_open_idx")
      .on(table.roomKey)
      .where(sql`unscheduled_at is null`),
    index("room_allocations_room_idx").on(table.roomKey, table.scheduledAt),
    // The rooms that are on a process, and when the last one left: asked for every 2 s, of processes that may have seen many.
    index("room_allocations_stay_idx").on(table.processId, table.unscheduledAt),
    index("room_allocations_ended_idx")
      .on(table.unscheduledAt)
      .where(sql`unscheduled_at is not null`),
  ],
);

/** What happened to rooms and processes, in order of (xid, id); kept 72 h. */
export const roomEvents = pgTable(
  "room_events",
  {
    xid: xid8()
      .notNull()
      .default(sql`pg_current_xact_id()`),
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    appId: text().notNull(),
    roomKey: text(),
    type: text().notNull(),
    payload: jsonb().notNull().default({}),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index().on(table.xid, table.id), index().on(table.createdAt)],
);
