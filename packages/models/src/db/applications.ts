import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { AuthConfiguration, ServiceConfig } from "../api/app-config.ts";
import type { BuildStatus } from "../api/build-status.ts";
import type { AdditionalContainerPort, EnvironmentVariable } from "../api/deployment.ts";
import type { TransportType } from "../api/exposed-port.ts";
import { instant } from "./columns.ts";
import { organizations } from "./organizations.ts";

/** A game registered with us (`app-<uuid>`), a Hathora application. */
export const applications = pgTable(
  "applications",
  {
    appId: text().primaryKey(),
    orgId: text()
      .notNull()
      .references(() => organizations.orgId),
    appName: text().notNull(),
    /** Signs player tokens; handed to game servers as HATHORA_APP_SECRET. */
    appSecret: text().notNull(),
    /** Processes that hosts may run for it at a time, over all regions; null: as many as there is room for. */
    maxProcesses: integer(),
    /** Live rooms that it may have; null: no limit. */
    maxRooms: integer(),
    /** How its players may log in. */
    authConfiguration: jsonb().$type<AuthConfiguration>().notNull().default({}),
    /** Processes that are kept warm by region, in place of what the deployment says for all. */
    serviceConfig: jsonb().$type<ServiceConfig>(),
    /** Whether players may ask for TURN credentials with their own tokens. */
    playerIceServers: boolean().notNull().default(false),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    /** Id of the token that created it; empty: the operator. */
    createdBy: text().notNull().default(""),
    deletedAt: instant(),
    deletedBy: text(),
  },
  (table) => [
    uniqueIndex()
      .on(table.orgId, table.appName)
      .where(sql`deleted_at is null`),
    check("applications_max_processes_check", sql`${table.maxProcesses} >= 0`),
    check("applications_max_rooms_check", sql`${table.maxRooms} >= 0`),
  ],
);

/** How many live rooms an application with a limit has, so that a create need not count them. */
export const roomCounts = pgTable("room_counts", {
  appId: text().primaryKey(),
  /** Rooms may have ended since they were counted. */
  atMost: integer().notNull(),
  /** The limit at that time; creates without one are not counted. */
  maxRooms: integer().notNull(),
  countedAt: instant().notNull(),
});

/** A server artefact: a command of the operator's config file by name, or an image. */
export const builds = pgTable(
  "builds",
  {
    buildId: text().primaryKey(),
    orgId: text()
      .notNull()
      .references(() => organizations.orgId),
    buildTag: text(),
    /** Name of a command in ROOMBRIDGE_CONFIG; never a command line itself. */
    command: text(),
    /** Reference of an image in a registry; a host starts it only if its operator's file allows that. */
    image: text(),
    status: text().$type<BuildStatus>().notNull().default("succeeded"),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    createdBy: text().notNull().default(""),
    /** When it was last given a command or an image, and when that was done. */
    startedAt: instant(),
    finishedAt: instant(),
    deletedAt: instant(),
    deletedBy: text(),
  },
  (table) => [
    index().on(table.orgId),
    check("builds_status_check", sql`${table.status} in ('created', 'running', 'succeeded', 'failed')`),
  ],
);

/** A build with its run-time settings (`dep-<uuid>`); the newest one of an application takes new rooms. */
export const deployments = pgTable(
  "deployments",
  {
    deploymentId: text().primaryKey(),
    /** Order of creation; clocks may tie. */
    sequence: bigint({ mode: "number" }).notNull().generatedAlwaysAsIdentity(),
    appId: text()
      .notNull()
      .references(() => applications.appId),
    buildId: text()
      .notNull()
      .references(() => builds.buildId),
    deploymentTag: text(),
    containerPort: integer().notNull(),
    transportType: text().$type<TransportType>().notNull(),
    additionalContainerPorts: jsonb().$type<AdditionalContainerPort[]>().notNull().default([]),
    roomsPerProcess: integer().notNull(),
    /** Upper limit of live processes per region (a pool). */
    maxProcesses: integer().notNull(),
    /** Processes with a free slot that are started ahead in each region that a host serves. */
    warmProcesses: integer().notNull().default(0),
    /** Cores; may be fractional. */
    requestedCpu: doublePrecision().notNull(),
    requestedMemoryMb: doublePrecision().notNull(),
    idleTimeoutEnabled: boolean().notNull(),
    env: jsonb().$type<EnvironmentVariable[]>().notNull().default([]),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    createdBy: text().notNull().default(""),
    deletedAt: instant(),
  },
  (table) => [
    index().on(table.appId, table.sequence),
    check("deployments_rooms_per_process_check", sql`${table.roomsPerProcess} between 1 and 10000`),
    check("deployments_max_processes_check", sql`${table.maxProcesses} between 0 and 100000`),
    check("deployments_warm_processes_check", sql`${table.warmProcesses} between 0 and 100000`),
  ],
);
