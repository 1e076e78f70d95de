import { sql } from "drizzle-orm";
import { boolean, check, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { LobbyVisibility } from "../api/lobby.ts";
import { instant } from "./columns.ts";

/**
 * What a player has said about a room. It is written before the room of this key is created and read only together with
 * it, so that there is no room of a lobby without its lobby, and a lobby without its room is never shown.
 */
export const lobbies = pgTable(
  "lobbies",
  {
    roomKey: text().primaryKey(),
    appId: text().notNull(),
    /** The player's id in the token: text or a number, and `"7"` is not 7. */
    createdBy: jsonb().$type<string | number>().notNull(),
    visibility: text().$type<LobbyVisibility>().notNull(),
    /** Not unique: the newest one counts. */
    shortCode: text().notNull(),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    /** The housekeeping has seen that there is a room. */
    hasRoom: boolean().notNull().default(false),
  },
  (table) => [
    index("lobbies_player_idx").on(table.appId, table.createdBy, table.createdAt),
    index("lobbies_short_code_idx").on(table.appId, table.shortCode, table.createdAt),
    index("lobbies_unseen_idx")
      .on(table.createdAt)
      .where(sql`not has_room`),
    check("lobbies_visibility_check", sql`${table.visibility} in ('private', 'public', 'local')`),
  ],
);
