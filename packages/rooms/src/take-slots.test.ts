import { expectConsistent, runWaitingProcesses, TEST_REGION, waitFor } from "@roombridge/testing";
import type { TransactionSql } from "postgres";
import { expect, test } from "vitest";
import { newGame, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { createProcess } from "./index.ts";

const suite = useRooms();

/** A game with two processes that run; the first one has a room. */
async function twoProcesses(
  roomsPerProcess: number,
): Promise<Game & { readonly first: string; readonly second: string }> {
  const game = await newGame(suite().rooms, { roomsPerProcess, maxProcesses: 3 });
  const { rooms, database, application, host, create } = game;
  await createProcess(rooms, application, TEST_REGION);
  await createProcess(rooms, application, TEST_REGION);
  await runWaitingProcesses(database, host);
  const { processId: first = "" } = await create();
  const [other] = await database.sql<{ id: string }[]>`
    select process_id as id from processes where app_id = ${game.appId} and process_id <> ${first}`;
  return { ...game, first, second: other?.id ?? "" };
}

const createMany = (game: Game, count: number) => Promise.all(Array.from({ length: count }, () => game.create()));

test("a create waits for no process that it does not need", async () => {
  const game = await twoProcesses(10);
  await game.database.sql.begin(async (tx) => {
    await tx`select from processes where process_id = ${game.second} for update`;
    const created = await createMany(game, 9);
    expect(new Set(created.map(({ processId }) => processId))).toEqual(new Set([game.first]));
  });
  await expectConsistent(game.database);
});

test.each([
  ["one room, for which it has a slot", 1],
  ["more rooms than it has slots for", 3],
])("a process that begins to stop while a create waits for it gets none: %s", async (_, count) => {
  const game = await twoProcesses(2);
  let created: ReturnType<typeof createMany> | undefined;
  await game.database.sql.begin(async (tx: TransactionSql) => {
    await tx`select stop_process(${game.appId}, ${game.first})`;
    created = createMany(game, count);
    created.catch(() => {});
    await waitFor(async () => (await tx`select from pg_locks where not granted`).length > 0, {
      what: "the create to wait for the process",
    });
  });
  const ids = (await created)?.map(({ processId }) => processId);
  expect(ids).toHaveLength(count);
  expect(ids).not.toContain(game.first);
  expect(ids).toContain(game.second);
  await expectConsistent(game.database);
});

test("rooms go together on one process, however many are empty", async () => {
  const game = await newGame(suite().rooms, { roomsPerProcess: 1_000 });
  const { create, database, host } = game;
  await create();
  await runWaitingProcesses(database, host);
  await database.sql`
    insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated,
                           host_id, host_incarnation)
    select gen_random_uuid(), pool_id, app_id, deployment_id, region, 'running', 1000, 0, ${host.hostId}, ${host.incarnation}
      from pools, generate_series(1, 300) where app_id = ${game.appId}`;
  const used = new Set<string | undefined>();
  for (let n = 0; n < 3; n += 1) used.add((await create()).processId);
  for (const { processId } of await createMany(game, 100)) used.add(processId);
  expect(used.size).toBe(1);
  // Nearly full and emptied to a few rooms: what is fuller is taken, whatever stands before it in the index.
  await database.sql`
    update processes set rooms_allocated = 998 where process_id = (
      select process_id from processes where app_id = ${game.appId} and rooms_allocated = 0 order by process_id desc limit 1)`;
  const [fuller, last] = [await create(), await create()];
  expect(fuller.processId).toBe(last.processId);
  expect(used).not.toContain(fuller.processId);
  expect(used).toContain((await create()).processId);
});

test("the functions that change rooms bring their own planner settings", async () => {
  // Whoever replaces one of them must say them again.
  const rows = await suite().rooms.database.sql<{ name: string }[]>`
    select proname as name from pg_proc
     where proconfig @> '{plan_cache_mode=force_generic_plan,enable_seqscan=off,jit=off}' order by proname`;
  expect(rows.map(({ name }) => name)).toEqual([
    "create_rooms_within_quota",
    "destroy_rooms",
    "resume_room",
    "suspend_room",
  ]);
});
