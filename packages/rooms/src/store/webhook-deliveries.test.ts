import { beforeEach, expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { enqueueWebhookEvents } from "./webhook-deliveries.ts";
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
