import { sql } from "drizzle-orm";
import { bigint, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/**
 * A relay session as an agent saw it: who, when, how much. Usage outlives rooms and credentials, so nothing is referred to.
 * coturn counts its sessions from 1 again after a restart: only the start tells two of one id apart.
 */
export const turnSessions = pgTable(
  "turn_sessions",
  {
    serverId: text().notNull(),
    sessionId: text().notNull(),
    startedAt: instant().notNull(),
    /** As it is stored in `turn_credentials`, without the prefix of TURN_MODE=rest. */
    username: text().notNull(),
    roomKey: text().notNull(),
    /** Null for the credential of the room itself. */
    playerId: text(),
    seenAt: instant().notNull(),
    endedAt: instant(),
    /** What the relay has received from the client so far. */
    receivedBytes: bigint({ mode: "number" }).notNull().default(0),
    /** What the relay has sent to the client so far. */
    sentBytes: bigint({ mode: "number" }).notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.serverId, table.sessionId, table.startedAt] }),
    index().on(table.roomKey),
    index("turn_sessions_running_idx")
      .on(table.serverId)
      .where(sql`ended_at is null`),
    index("turn_sessions_ended_idx")
      .on(table.endedAt)
      .where(sql`ended_at is not null`),
  ],
);
