import { sql } from "drizzle-orm";
import { index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { bytea, instant } from "./columns.ts";

/** An organisation (`org-<uuid>`) owns applications and tokens. */
export const organizations = pgTable("organizations", {
  orgId: text().primaryKey(),
  name: text().notNull(),
  createdAt: instant()
    .notNull()
    .default(sql`clock_timestamp()`),
});

/** An API token of an organisation; only its SHA-256 is kept. `scopes` null means all. */
export const orgTokens = pgTable(
  "org_tokens",
  {
    orgTokenId: text().primaryKey(),
    orgId: text()
      .notNull()
      .references(() => organizations.orgId),
    name: text().notNull(),
    tokenHash: bytea().notNull(),
    scopes: text().array(),
    /** The orgTokenId of the token that made it, or who else did; empty for tokens of earlier releases. */
    createdBy: text().notNull().default(""),
    /** Of the token, so that people tell their tokens apart; empty for tokens of earlier releases. */
    lastFour: text().notNull().default(""),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    revokedAt: instant(),
  },
  (table) => [uniqueIndex().on(table.tokenHash), index().on(table.orgId)],
);
