import { pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/**
 * Shared secrets of TURN_MODE=rest (draft-uberti-behave-turn-rest-00). coturn reads those of now through the view
 * `coturn.turn_secret`; the newest that has begun issues. `value` opens every relay of the realm: never show it.
 */
export const turnSecrets = pgTable("turn_secrets", {
  secretId: text().primaryKey(),
  realm: text().notNull(),
  value: text().notNull(),
  notBefore: instant().notNull(),
  /** Null: until the next one is scheduled. */
  notAfter: instant(),
});
