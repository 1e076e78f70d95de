import { sql } from "drizzle-orm";
import { boolean, doublePrecision, index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** A relay, as the turn-agent beside it last reported it. Clients are sent to those that are fresh, healthy and not draining. */
export const turnServers = pgTable(
  "turn_servers",
  {
    serverId: text().primaryKey(),
    /** Empty: every region. */
    regions: text().array().notNull(),
    /** `turn:` and `turns:` URIs (RFC 7065) under which clients reach it. */
    uris: text().array().notNull(),
    realm: text().notNull(),
    version: text(),
    /** Running relay sessions. */
    sessions: integer().notNull().default(0),
    draining: boolean().notNull().default(false),
    healthy: boolean().notNull().default(false),
    /** How long the last test allocation took. */
    canaryMs: doublePrecision(),
    /** The credential of the test allocation; only the agent knows its password. */
    canaryUsername: text(),
    canaryHmackey: text(),
    canaryExpiresAt: instant(),
    /** Since when it has been seen without a gap. */
    startedAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    seenAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index().on(table.canaryUsername)],
);
