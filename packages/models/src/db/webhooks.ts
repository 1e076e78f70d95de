import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant, xid8 } from "./columns.ts";

/** An address that is told of the events of an application. */
export const webhooks = pgTable(
  "webhooks",
  {
    webhookId: text().primaryKey(),
    appId: text().notNull(),
    url: text().notNull(),
    /** Null: every type. */
    types: text().array(),
    /** `whsec_` and the base64 of the key that signs. */
    secret: text().notNull(),
    /** Signs as well until its end. */
    previousSecret: text(),
    previousSecretUntil: instant(),
    createdAt: instant()
      .notNull()
      .default(sql`clock_timestamp()`),
    createdBy: text().notNull(),
    /** Nothing is sent and nothing is enqueued. */
    disabledAt: instant(),
    /** Why, when it was not its owner who did it. */
    disabledReason: text(),
    /** When the first of the failures began that no success has followed. */
    failingSince: instant(),
    /** Of those failures. */
    failures: integer().notNull().default(0),
    /** Nothing is sent before, so that a receiver that is down is not asked for every room. */
    retryAt: instant(),
    /** Everything up to here is in `webhook_deliveries`. */
    positionXid: xid8()
      .notNull()
      .default(sql`pg_snapshot_xmin(pg_current_snapshot())`),
    positionId: bigint({ mode: "number" }).notNull().default(0),
  },
  (table) => [index().on(table.appId)],
);

/** What becomes of an event at a webhook. */
export type DeliveryState = "pending" | "delivered" | "given_up";

/** One event for one webhook, with what is sent, because events are kept for 72 h only. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    webhookId: text()
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: "cascade" }),
    xid: xid8().notNull(),
    id: bigint({ mode: "number" }).notNull(),
    /** What keeps its order: a room, or a process. */
    lane: text().notNull(),
    type: text().notNull(),
    payload: jsonb().notNull(),
    /** Of the event. */
    createdAt: instant().notNull(),
    state: text().$type<DeliveryState>().notNull().default("pending"),
    /** When it is sent next; null while another one of its lane comes first, and after the end. */
    dueAt: instant(),
    /** Until then a gateway sends it, and no other one does. */
    claimedUntil: instant(),
    attempts: integer().notNull().default(0),
    lastAttemptAt: instant(),
    /** HTTP status of the last answer; null when there was none. */
    lastStatus: integer(),
    lastError: text(),
    endedAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.webhookId, table.xid, table.id] }),
    index("webhook_deliveries_lane_idx")
      .on(table.webhookId, table.lane, table.xid, table.id)
      .where(sql`state = 'pending'`),
    index("webhook_deliveries_due_idx")
      .on(table.webhookId, table.dueAt)
      .where(sql`due_at is not null`),
    index("webhook_deliveries_ended_idx")
      .on(table.endedAt)
      .where(sql`ended_at is not null`),
    index("webhook_deliveries_pending_idx")
      .on(table.createdAt)
      .where(sql`state = 'pending'`),
    check("webhook_deliveries_state_check", sql`${table.state} in ('pending', 'delivered', 'given_up')`),
    check("webhook_deliveries_ended_check", sql`(${table.state} = 'pending') = (${table.endedAt} is null)`),
  ],
);

/** One row: up to where events have been forgotten. Whoever goes on from before has missed some. */
export const eventHorizon = pgTable("event_horizon", {
  isOnly: boolean().primaryKey().default(true),
  xid: xid8().notNull(),
  id: bigint({ mode: "number" }).notNull(),
});
