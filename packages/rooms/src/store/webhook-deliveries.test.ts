import { beforeEach, expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { measureWebhooks } from "./measure-webhooks.ts";
import { claimDeliveries, enqueueWebhookEvents, lookForWebhooks, settleWebhookTimes } from "./webhook-deliveries.ts";
import { replayWebhookById } from "./webhooks.ts";

const suite = useRooms();

beforeEach(async () => {
  await suite().rooms.database.sql`truncate webhooks, webhook_deliveries, room_events`;
});

async function addWebhooks(count: number, prefix = "quiet"): Promise<void> {
  await suite().rooms.database.sql`
    insert into webhooks (webhook_id, app_id, url, secret, created_by)
    select ${prefix} || n, ${prefix} || n, 'http://example.net/', 'whsec_x', 'me' from generate_series(1, ${count}::integer) n`;
}

async function happen(appId: string, count = 1): Promise<void> {
  await suite().rooms.database.sql`
    insert into room_events (app_id, room_key, type)
    select ${appId}, 'room', 'room.updated' from generate_series(1, ${count}::integer)`;
}

/** Transactions of others. */
async function pass(transactions: number): Promise<void> {
  await suite()
    .rooms.database.sql.unsafe(
      `do $$ begin for n in 1..${transactions} loop perform pg_current_xact_id(); commit; end loop; end $$`,
    )
    .simple();
}

/** How many events each webhook has written down. */
async function enqueued(): Promise<Record<string, number>> {
  const { database } = suite().rooms;
  while (await enqueueWebhookEvents(database));
  const rows = await database.sql<{ webhookId: string; count: number }[]>`
    select webhook_id as "webhookId", count(*)::integer as count from webhook_deliveries group by 1`;
  return Object.fromEntries(rows.map(({ webhookId, count }) => [webhookId, count]));
}

test("however many webhooks there are, what happens elsewhere is read once for all of them", async () => {
  await addWebhooks(100);
  await happen("busy", 2_000);
  const [read] = await suite().rooms.database.sql.begin(async (tx) => {
    await tx`select enqueue_webhook_events(500)`;
    return tx<{ rows: number }[]>`
      select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as rows
        from pg_stat_xact_user_tables where relname = 'room_events'`;
  });
  expect(read?.rows).toBeLessThan(10_000);
});

test("a webhook to whose application nothing has happened for long gets what happens then, and by a replay what was before", async () => {
  await addWebhooks(2);
  await happen("quiet1");
  await happen("quiet2");
  expect(await enqueued()).toEqual({ quiet1: 1, quiet2: 1 });
  for (const transactions of [6_000, 25_000]) {
    await pass(transactions);
    await enqueued();
  }
  await happen("quiet1");
  expect(await enqueued()).toEqual({ quiet1: 2, quiet2: 1 });
  const { database } = suite().rooms;
  await database.sql`delete from webhook_deliveries`;
  await replayWebhookById(database, "quiet1", new Date(Date.now() - 3_600_000));
  expect(await enqueued()).toEqual({ quiet1: 2 });
});

test("a long backlog is written down page by page, and whole", async () => {
  await addWebhooks(12);
  await Promise.all(Array.from({ length: 12 }, (_, index) => happen(`quiet${index + 1}`, 700)));
  expect(Object.values(await enqueued())).toEqual(Array.from({ length: 12 }, () => 700));
});

test("a webhook that comes with a database restored from another server goes on from now", async () => {
  await addWebhooks(1);
  const { sql } = suite().rooms.database;
  await sql`update webhooks set position_xid = '18446744073709551000'`;
  await enqueued();
  await happen("quiet1");
  expect(await enqueued()).toEqual({ quiet1: 1 });
});

const CLAIM = { parallel: 8, busy: {}, limit: 100, holdSeconds: 30 };

test("after the clock was set back nothing waits until it shows again what it showed, and what is attempted stays claimed", async () => {
  const { database } = suite().rooms;
  const { sql } = database;
  const before = await lookForWebhooks(database);
  expect(before).toEqual({ has: false, clockMs: expect.closeTo(Date.now(), -4) });
  await addWebhooks(3);
  for (const appId of ["quiet1", "quiet2", "quiet3"]) await happen(appId);
  await enqueued();
  expect(await lookForWebhooks(database)).toMatchObject({ has: true });
  // What was written down when the clock showed tomorrow: a failure, a claim of somebody who was killed, and one that goes on.
  await sql`update webhook_deliveries set due_at = due_at + interval '1 day' where webhook_id <> 'quiet3'`;
  await sql`update webhooks set retry_at = clock_timestamp() + interval '1 day' where webhook_id = 'quiet1'`;
  await sql`update webhook_deliveries set claimed_until = clock_timestamp() + interval '1 day' where webhook_id = 'quiet2'`;
  await sql`update webhook_deliveries set claimed_until = clock_timestamp() + interval '20 seconds' where webhook_id = 'quiet3'`;
  expect(await claimDeliveries(database, CLAIM)).toEqual([]);
  await settleWebhookTimes(database, 30);
  expect((await claimDeliveries(database, CLAIM)).map(({ webhookId }) => webhookId)).toEqual(["quiet1"]);
  const claims = await sql<{ webhookId: string; seconds: number }[]>`
    select webhook_id as "webhookId", extract(epoch from claimed_until - clock_timestamp())::float8 as seconds
      from webhook_deliveries where webhook_id <> 'quiet1' order by 1`;
  expect(claims.map(({ webhookId, seconds }) => [webhookId, seconds > 0 && seconds <= 30])).toEqual([
    ["quiet2", true],
    ["quiet3", true],
  ]);
});

test("webhooks are measured: their states, what waits, since when, and what nobody attempts", async () => {
  const { database } = suite().rooms;
  const { sql } = database;
  const none = { working: 0, failing: 0, disabled: 0, pending: 0, oldestSeconds: 0, overdueSeconds: 0 };
  expect(await measureWebhooks(database)).toEqual(none);
  await addWebhooks(4);
  for (const appId of ["quiet1", "quiet2", "quiet3"]) await happen(appId, 2);
  await enqueued();
  await sql`update webhooks set disabled_at = clock_timestamp() where webhook_id = 'quiet3'`;
  await sql`
    update webhooks set failing_since = clock_timestamp(), retry_at = clock_timestamp() + interval '1 minute' where webhook_id = 'quiet2'`;
  await sql`update webhook_deliveries set created_at = clock_timestamp() - interval '1 hour' where webhook_id <> 'quiet1'`;
  await sql`update webhook_deliveries set created_at = clock_timestamp() - interval '1 day' where webhook_id = 'quiet3'`;
  await sql`update webhook_deliveries set due_at = due_at - interval '10 minutes' where due_at is not null`;
  const usage = await measureWebhooks(database);
  expect(usage).toMatchObject({ working: 2, failing: 1, disabled: 1, pending: 4 });
  expect(usage.oldestSeconds).toBeGreaterThan(3_599);
  expect(usage.oldestSeconds).toBeLessThan(7_200);
  expect(usage.overdueSeconds).toBeGreaterThan(599);
  // Somebody is at it.
  await claimDeliveries(database, CLAIM);
  expect((await measureWebhooks(database)).overdueSeconds).toBe(0);
});
