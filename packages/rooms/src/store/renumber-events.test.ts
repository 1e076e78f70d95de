import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { readBacklogFacts } from "./diagnosis/backlog-facts.ts";
import { renumberEvents } from "./renumber-events.ts";

const suite = useRooms();
/** As after months on another server. */
const AHEAD = 4_000_000_000;
const APP = "app-restored";

beforeEach(async () => {
  await suite().rooms.database.sql`truncate room_events, webhooks, webhook_deliveries, event_horizon`;
});

async function insertEvent(type: string, xid?: number): Promise<{ xid: string; id: string }> {
  const { sql } = suite().rooms.database;
  const [row] = await sql<{ xid: string; id: string }[]>`
    insert into room_events (app_id, type, room_key, xid, payload)
    values (${APP}, ${type}, 'key', ${xid === undefined ? sql`pg_current_xact_id()` : sql`${xid}::text::xid8`}, '{"region": null}')
    returning xid::text, id`;
  if (!row) throw new Error("not inserted");
  return row;
}

async function insertWebhook(position: { xid: string; id: string }): Promise<string> {
  const { sql } = suite().rooms.database;
  const webhookId = `webhook-${randomUUID()}`;
  const columns = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns
     where table_name = 'webhooks' and is_nullable = 'NO' and column_default is null`;
  const values = Object.fromEntries(columns.map(({ name }) => [name, "x"]));
  await sql`
    insert into webhooks ${sql({ ...values, webhook_id: webhookId, app_id: APP, position_xid: position.xid, position_id: position.id })}`;
  return webhookId;
}

async function enqueue(): Promise<void> {
  await suite().rooms.database.sql`select enqueue_webhook_events(100)`;
}

async function deliveries(webhookId: string): Promise<string[]> {
  const rows = await suite().rooms.database.sql<{ type: string }[]>`
    select type from webhook_deliveries where webhook_id = ${webhookId} order by xid, id`;
  return rows.map(({ type }) => type);
}

test("after a restore a webhook gets what it has not had, and what happens from now on, in order", async () => {
  const { database } = suite().rooms;
  await insertEvent("had", AHEAD);
  const last = await insertEvent("had too", AHEAD + 70);
  await insertEvent("missing", AHEAD + 90);
  await insertEvent("missing second", AHEAD + 90);
  const webhookId = await insertWebhook(last);
  await insertEvent("since the restore");
  expect(await readBacklogFacts(database)).toMatchObject({ eventsAreAhead: true });

  expect(await renumberEvents(database)).toBe(5);
  expect(await readBacklogFacts(database)).toMatchObject({ eventsAreAhead: false });
  await insertEvent("from now on");
  await enqueue();
  expect(await deliveries(webhookId)).toEqual(["missing", "missing second", "since the restore", "from now on"]);
});

test("what waits for delivery keeps its place before what comes later", async () => {
  const { database } = suite().rooms;
  const waiting = await insertEvent("waiting", AHEAD);
  const webhookId = await insertWebhook(waiting);
  await database.sql`
    insert into webhook_deliveries (webhook_id, xid, id, lane, type, payload, created_at, due_at)
    values (${webhookId}, ${waiting.xid}, ${waiting.id}, 'key', 'waiting', '{}', clock_timestamp(), clock_timestamp())`;
  await renumberEvents(database);
  await insertEvent("from now on");
  await enqueue();
  expect(await deliveries(webhookId)).toEqual(["waiting", "from now on"]);
  const due = await database.sql<{ type: string }[]>`select type from webhook_deliveries where due_at is not null`;
  expect(due.map(({ type }) => type)).toEqual(["waiting"]);
});

test("where nothing is ahead nothing changes", async () => {
  const { database } = suite().rooms;
  const event = await insertEvent("here");
  expect(await renumberEvents(database)).toBeUndefined();
  expect([...(await database.sql`select xid::text, id from room_events`)]).toEqual([event]);
});
