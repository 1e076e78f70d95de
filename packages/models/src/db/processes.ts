import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { ExposedPort } from "../api/exposed-port.ts";
import type { ProcessStatus } from "../api/process.ts";
import { instant } from "./columns.ts";

/**
 * A process host: one `apps/host`, or (provider `static`) one game server that somebody else has started and that may run
 * nothing but itself. It beats every 2 s and counts as dead after 6 s without a beat.
 */
export const hosts = pgTable("hosts", {
  hostId: text().primaryKey(),
  provider: text().notNull(),
  regions: text().array().notNull(),
  publicHost: text().notNull(),
  /** Zero: it starts none, and what it has does not count against the capacity of others. */
  maxProcesses: integer().notNull(),
  /** A new value each time the host starts, so that a host can tell its own processes from its predecessor's. */
  incarnation: uuid().notNull(),
  startedAt: instant()
    .notNull()
    .default(sql`clock_timestamp()`),
  beatAt: instant()
    .notNull()
    .default(sql`clock_timestamp()`),
  /** Since when an operator lets it take no more game servers; `maxProcesses` is zero meanwhile. Null: it takes them. */
  drainedAt: instant(),
  /** Where gateways ask it for the logs and the metrics of its processes. */
  controlUrl: text(),
  /** Signs their requests; drawn anew at each start of the host. */
  controlSecret: text(),
  /** It has a certificate, and so may run deployments with TLS ports. */
  terminatesTls: boolean().notNull().default(false),
  /** Where players measure their distance to it, on `publicHost`: TCP and UDP. Null: nowhere. */
  pingPort: integer(),
});

/** Where rooms of one deployment in one region are placed; its advisory lock orders all placement. */
export const pools = pgTable(
  "pools",
  {
    poolId: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    appId: text().notNull(),
    deploymentId: text().notNull(),
    region: text().notNull(),
    maxProcesses: integer().notNull(),
    /** Start failures in a row; five stop the pool for 60 s. */
    startFailures: integer().notNull().default(0),
    stoppedUntil: instant(),
  },
  (table) => [uniqueIndex().on(table.deploymentId, table.region)],
);

/** One running game server; a Hathora process. */
export const processes = pgTable(
  "processes",
  {
    processId: uuid().primaryKey(),
    poolId: bigint({ mode: "number" }).notNull(),
    appId: text().notNull(),
    deploymentId: text().notNull(),
    region: text().notNull(),
    status: text().$type<ProcessStatus>().notNull(),
    roomsPerProcess: integer().notNull(),
    roomsAllocated: integer().notNull(),
    /** Indexed instead of the counter, so that taking a slot stays a HOT update. */
    hasRoom: boolean()
      .notNull()
      .generatedAlwaysAs(sql`rooms_allocated < rooms_per_process`),
    /**
     * Orders processes from the fullest to those without rooms, which come last: the logarithm of the free slots in sixths, so that
     * it is seldom another number after a slot is taken.
     */
    freeRank: integer()
      .notNull()
      .generatedAlwaysAs(
        sql`case when rooms_allocated = rooms_per_process then 0 when rooms_allocated = 0 then 100 else (ln((rooms_per_process - rooms_allocated)::double precision) * 6)::integer end`,
      ),
    /** What calls order by that began before `freeRank` was there; goes with the next release. */
    freeDigits: integer()
      .notNull()
      .generatedAlwaysAs(sql`(length(ltrim((rooms_per_process - rooms_allocated)::bit(16)::text, '0')) + 1) / 2`),
    exposedPort: jsonb().$type<ExposedPort>(),
    additionalExposedPorts: jsonb().$type<ExposedPort[]>().notNull().default([]),
    initialRoomKey: text(),
    initialRoomConfig: text(),
    /** Whether it is stopped when it has been idle for 300 s; null: as its deployment says. */
    idleTimeoutEnabled: boolean(),
    /** Since when its host sees no connection to it; null while there is one, and when nobody can tell. */
    noConnectionsSince: instant(),
    /** Owner; its lease is `hosts.beat_at`. */
    hostId: text(),
    hostIncarnation: uuid(),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    scheduledAt: instant(),
    bootedAt: instant(),
    startedAt: instant(),
    stoppingAt: instant(),
    terminatedAt: instant(),
    stopReason: text(),
    exitCode: integer(),
    exitSignal: text(),
    /** Why it was not ready, as far as its host has found out, in a sentence for people. */
    exitDetail: text(),
    /** The trace (W3C Trace Context) of the request that has caused it; told by the statement that inserts it. */
    traceparent: text().default(sql`nullif(current_setting('roombridge.traceparent', true), '')`),
  },
  (table) => [
    index("processes_free_rank_idx")
      .on(table.poolId, table.status, table.freeRank)
      .where(sql`has_room and status in ('starting', 'running')`),
    index("processes_app_idx").on(table.appId, table.createdAt),
    index("processes_live_idx")
      .on(table.poolId)
      .where(sql`terminated_at is null`),
    index("processes_host_idx")
      .on(table.hostId)
      .where(sql`terminated_at is null`),
    index("processes_unclaimed_idx")
      .on(table.createdAt)
      .where(sql`status = 'starting' and host_id is null`),
    index("processes_terminated_idx")
      .on(table.terminatedAt)
      .where(sql`terminated_at is not null`),
    check("processes_rooms_allocated_check", sql`${table.roomsAllocated} between 0 and ${table.roomsPerProcess}`),
  ],
);

/** A port that a host has promised to a process. */
export const portLeases = pgTable(
  "port_leases",
  {
    hostId: text().notNull(),
    port: integer().notNull(),
    processId: uuid()
      .notNull()
      .references(() => processes.processId, { onDelete: "cascade" }),
    name: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.hostId, table.port] }), index().on(table.processId)],
);
