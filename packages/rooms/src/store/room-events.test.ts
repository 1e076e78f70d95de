import { createTestDatabase, openTestRooms } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { closeRooms } from "../context.ts";
import { findEventRange, readEvents } from "./room-events.ts";

/** PostgreSQL looks at so many plans of a statement with its values before it compares them with the one for all values. */
const TRIED_PLANS = 5;

test.each([
  ["with where players connect", true],
  ["alone", false],
])("events, %s, are read by a plan that is made once, however many there are", async (_, withConnections) => {
  const database = await createTestDatabase();
  const rooms = openTestRooms(database.url, {}, { maxConnections: 1 });
  onTestFinished(async () => {
    await closeRooms(rooms);
    await database.drop();
  });
  const { sql } = rooms.database;
  // As behind a pooler that does not hand on what `openDatabase` asks for.
  await sql`select set_config('plan_cache_mode', 'auto', false)`;
  const insert = (count: number) => sql`
    insert into room_events (app_id, room_key, type, payload)
    select 'app-' || n % 5, null, 'room.active', '{"region": null}' from generate_series(1, ${count}::integer) n`;
  for (let times = 0; times < 10; times += 1) await insert(1_000);
  await sql`analyze room_events`;
  for (let reads = 0; reads < 2 * TRIED_PLANS; reads += 1) {
    const { settledXid } = await findEventRange(rooms.database);
    await insert(1);
    const after = { xid: settledXid, id: 0 };
    const page = await readEvents(rooms.database, { appIds: ["app-1"], after, limit: 1_000, withConnections });
    expect(page.events).toHaveLength(1);
  }
  const [plans] = await sql<{ custom: number; generic: number }[]>`
    select custom_plans::integer as custom, generic_plans::integer as generic
      from pg_prepared_statements
     where statement like '%"isSettled"%' and statement not like '%pg_prepared_statements%'`;
  expect(plans).toEqual({ custom: TRIED_PLANS, generic: TRIED_PLANS });
});
