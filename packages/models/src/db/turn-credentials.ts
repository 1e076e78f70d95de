import { sql } from "drizzle-orm";
import { check, index, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { rooms } from "./rooms.ts";

/**
 * A TURN long-term credential (RFC 8489 section 9.2). coturn reads it through the view `coturn.turnusers_lt`.
 * `hmackey` = md5(username:realm:password) is as good as the password: never show it.
 */
export const turnCredentials = pgTable(
  "turn_credentials",
  {
    /** `<room_key>.<16 base36>`, never from caller input. */
    username: text().primaryKey(),
    roomKey: text()
      .notNull()
      .references(() => rooms.roomKey, { onDelete: "cascade" }),
    /** Null for the credential of the room itself. */
    playerId: text(),
    realm: text().notNull(),
    hmackey: text().notNull(),
    keyVersion: text().notNull(),
    issuedAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    suspendedAt: instant(),
  },
  (table) => [
    index().on(table.roomKey),
    index("turn_credentials_player_end_idx")
      .on(sql`least(revoked_at, expires_at)`)
      .where(sql`player_id is not null`),
    index("turn_credentials_player_live_idx")
      .on(table.roomKey, table.expiresAt)
      .where(sql`player_id is not null and revoked_at is null`),
    check("turn_credentials_hmackey_check", sql`${table.hmackey} ~ '^[0-9a-f]{32}$'`),
  ],
);
