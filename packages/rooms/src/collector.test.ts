import {
  expectConsistent,
  openTestRooms,
  startCountingProxy,
  startCuttingProxy,
  TEST_REGION,
  waitFor,
} from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { newGame, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { Collector } from "./collector.ts";
import {
  closeRooms,
  createRoom,
  destroyRoom,
  getConnectionInfo,
  getRoomInfo,
  resumeRoom,
  suspendRoom,
} from "./index.ts";
import { isConnectionError } from "./store/database.ts";

const suite = useRooms();
const WAKE = { wake: false };

/** A collector whose statements end when the test says so. */
function scripted() {
  const sent: { readonly wanted: readonly string[]; readonly answer: () => void }[] = [];
  const collector = new Collector<string, string>(suite().rooms.database, {
    name: "ask",
    maxBatch: 3,
    ask(_database, wanted) {
      const { promise, resolve } = Promise.withResolvers<(string | undefined)[]>();
      sent.push({ wanted, answer: () => resolve(wanted.map((name) => `${name}!`)) });
      return promise;
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { sent, collector, turn };
}

describe("questions are collected", () => {
  test("what is asked for in one turn goes together, and what comes later with the next", async () => {
    const { sent, collector, turn } = scripted();
    const first = [collector.ask("a"), collector.ask("b")];
    expect(sent).toHaveLength(0);
    await turn();
    const second = collector.ask("c");
    await turn();
    expect(sent.map(({ wanted }) => wanted)).toEqual([["a", "b"], ["c"]]);
    sent[1]?.answer();
    expect(await second).toBe("c!");
    sent[0]?.answer();
    expect(await Promise.all(first)).toEqual(["a!", "b!"]);
  });

  test("with two under way the others wait together, until one has ended or is slow", async () => {
    const { sent, collector, turn } = scripted();
    for (const name of ["a", "b"]) {
      void collector.ask(name);
      await turn();
    }
    const third = [collector.ask("c"), collector.ask("d")];
    await turn();
    expect(sent).toHaveLength(2);
    sent[0]?.answer();
    await turn();
    await turn();
    expect(sent.map(({ wanted }) => wanted)).toEqual([["a"], ["b"], ["c", "d"]]);
    const fourth = collector.ask("e");
    await turn();
    expect(sent).toHaveLength(3);
    await expect.poll(() => sent.length, { timeout: 10_000 }).toBe(4);
    let isIdle = false;
    const idle = collector.idle().then(() => (isIdle = true));
    for (const { answer } of sent.slice(2)) answer();
    expect(await Promise.all([...third, fourth])).toEqual(["c!", "d!", "e!"]);
    await turn();
    // "b" is slow, and awaited all the same.
    expect(isIdle).toBe(false);
    sent[1]?.answer();
    await idle;
    await collector.idle();
  });

  test("no more go together than may", async () => {
    const { sent, collector, turn } = scripted();
    const asked = ["a", "b", "c", "d", "e"].map((name) => collector.ask(name));
    await turn();
    await turn();
    expect(sent.map(({ wanted }) => wanted)).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
    for (const { answer } of sent) answer();
    expect(await Promise.all(asked)).toHaveLength(5);
  });
});

describe("an answer", () => {
  test("is never older than its question, whatever is read meanwhile", async () => {
    const { rooms, appId, create } = await newGame(suite().rooms, { roomsPerProcess: 10 });
    const { roomId } = await create();
    let isOver = false;
    const others = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        await getConnectionInfo(rooms, appId, roomId, WAKE).catch(() => undefined);
        await getRoomInfo(rooms, appId, roomId);
      }
    });
    for (let count = 0; count < 15; count += 1) {
      await suspendRoom(rooms, appId, roomId);
      await expect(getConnectionInfo(rooms, appId, roomId, WAKE)).rejects.toThrow("room is not running");
      expect((await getRoomInfo(rooms, appId, roomId)).currentAllocation).toBeNull();
      await resumeRoom(rooms, { appId }, roomId);
      expect(await getConnectionInfo(rooms, appId, roomId, WAKE)).toEqual({ status: "starting" });
      expect((await getRoomInfo(rooms, appId, roomId)).allocations).toHaveLength(count + 2);
    }
    isOver = true;
    await Promise.all(others);
  });

  test("is that of the room that was asked for, once for each who asks, and that it is not there", async () => {
    const { rooms, appId, create } = await newGame(suite().rooms, { roomsPerProcess: 100 });
    const other = await newGame(rooms);
    const created = await Promise.all(Array.from({ length: 20 }, (_, n) => create({ roomId: `here-${n}` })));
    await destroyRoom(rooms, appId, "here-7");
    const ids = [...created, ...created].map(({ roomId }) => roomId);
    const infos = await Promise.allSettled([
      ...ids.map((id) => getRoomInfo(rooms, appId, id)),
      getRoomInfo(rooms, appId, "never-there"),
      getRoomInfo(rooms, other.appId, "here-1"),
    ]);
    const read = infos.map((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value.roomId, outcome.value.status] : String(outcome.reason),
    );
    expect(read).toEqual([
      ...ids.map((id) => [id, id === "here-7" ? "destroyed" : "active"]),
      expect.stringContaining("never-there"),
      expect.stringContaining("here-1"),
    ]);
    const allocations = infos.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value.allocations : []));
    expect(new Set(allocations.map(({ roomAllocationId }) => roomAllocationId)).size).toBe(20);
  });

  test("is an error only for the read that the database refuses", async () => {
    const { rooms, appId, create } = await newGame(suite().rooms);
    const { roomId } = await create();
    const outcomes = await Promise.allSettled(
      [appId, "nul\0character", appId, appId].map((id) => getConnectionInfo(rooms, id, roomId, WAKE)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  test("comes although two others wait for connections that have fallen silent", async () => {
    const { application, appId } = await newGame(suite().rooms);
    const proxy = await startCuttingProxy(suite().databaseUrl);
    const distant = openTestRooms(proxy.url, {}, { answerTimeoutSeconds: 2, maxConnections: 4 });
    onTestFinished(async () => {
      await closeRooms(distant);
      await proxy.close();
    });
    const { roomId } = await createRoom(distant, { application, region: TEST_REGION });
    const lost: Promise<unknown>[] = [];
    for (const silent of ["never-heard-of", "nor-of-this"]) {
      proxy.silenceNext(silent);
      lost.push(getConnectionInfo(distant, appId, silent, WAKE).catch((error: unknown) => error));
      await proxy.cut();
    }
    const first = await Promise.race([...lost, getConnectionInfo(distant, appId, roomId, WAKE)]);
    expect(first).toEqual({ status: "starting" });
    expect((await Promise.all(lost)).map(isConnectionError)).toEqual([true, true]);
  });
});

describe("destroys that arrive together", () => {
  const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `together-${n}`);
  const createAll = (game: Game, ids: readonly string[]) => Promise.all(ids.map((roomId) => game.create({ roomId })));
  const liveIn = async ({ database, appId }: Game) => {
    const rows = await database.sql<{ id: string }[]>`
      select room_id as id from rooms where app_id = ${appId} and destroyed_at is null order by room_id`;
    return rows.map(({ id }) => id);
  };

  test("are one transaction, in which each caller gets the answer for its own room", async () => {
    const game = await newGame(suite().rooms, { roomsPerProcess: 4, maxProcesses: 10 });
    const other = await newGame(suite().rooms, { roomsPerProcess: 10 });
    const ids = idsOf(20);
    await createAll(game, ids);
    await createAll(other, ["together-1", "together-2", "theirs"]);
    const { rooms, appId } = game;
    const outcomes = await Promise.allSettled([
      ...ids.map((id) => destroyRoom(rooms, appId, id)),
      destroyRoom(rooms, appId, "together-7"),
      destroyRoom(rooms, appId, "never-there"),
      destroyRoom(rooms, appId, "theirs"),
      destroyRoom(rooms, other.appId, "together-1"),
    ]);
    const gone = (id: string) => ({ reason: { code: "room_not_found", message: expect.stringContaining(id) } });
    expect(outcomes).toMatchObject([
      ...ids.map(() => ({ status: "fulfilled" })),
      gone("together-7"),
      gone("never-there"),
      gone("theirs"),
      { status: "fulfilled" },
    ]);
    expect([await liveIn(game), await liveIn(other)]).toEqual([[], ["theirs", "together-2"]]);
    const [events] = await game.database.sql`
      select count(*)::integer as count, count(distinct xid)::integer as transactions from room_events
       where app_id = any (${[appId, other.appId]}::text[]) and type = 'room.destroyed'`;
    expect(events).toEqual({ count: 21, transactions: 1 });
    await expectConsistent(game.database);
  });

  test("fail only where the database refuses one", async () => {
    const game = await newGame(suite().rooms, { roomsPerProcess: 1, maxProcesses: 3 });
    const { rooms, database, appId } = game;
    const [, broken] = await createAll(game, idsOf(3));
    const allocate = (count: number) => database.sql`
      update processes set rooms_allocated = ${count} where process_id = ${broken?.processId ?? ""}`;
    await allocate(0);
    const destroyAll = () => Promise.allSettled(idsOf(3).map((id) => destroyRoom(rooms, appId, id)));
    expect(await destroyAll()).toMatchObject([
      { status: "fulfilled" },
      { reason: { constraint_name: "processes_rooms_allocated_check" } },
      { status: "fulfilled" },
    ]);
    await allocate(1);
    expect((await destroyAll()).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    await expectConsistent(database);
  });

  test("do not wait for a room that somebody has locked, but for half a second", async () => {
    const game = await newGame(suite().rooms, { maxProcesses: 2, roomsPerProcess: 1 });
    const { rooms, database, appId } = game;
    await createAll(game, ["locked", "free"]);
    let locked: Promise<void> | undefined;
    await database.sql.begin(async (tx) => {
      await tx`select from rooms where app_id = ${appId} and room_id = 'locked' for update`;
      locked = destroyRoom(rooms, appId, "locked");
      locked.catch(() => {});
      await destroyRoom(rooms, appId, "free");
      expect(await liveIn(game)).toEqual(["locked"]);
      // Alone, the other one waits longer than both of them did.
      await tx`select pg_sleep(0.6)`;
    });
    await locked;
    expect(await liveIn(game)).toEqual([]);
    await expectConsistent(database);
  });

  test("finish before what they need is closed", async () => {
    const game = await newGame(suite().rooms, { roomsPerProcess: 10 });
    const ids = idsOf(3);
    await createAll(game, ids);
    const rooms = openTestRooms(suite().databaseUrl);
    const destroyed = ids.map((id) => destroyRoom(rooms, game.appId, id));
    await Promise.all([closeRooms(rooms), ...destroyed]);
    expect(await liveIn(game)).toEqual([]);
  });
});

describe("a destroy", () => {
  test("that meets a deadlock is tried again", async () => {
    const { rooms, database, appId, create } = await newGame(suite().rooms);
    const { roomId, processId = "" } = await create();
    const url = new URL(suite().databaseUrl);
    url.searchParams.set("deadlock_timeout", "20ms");
    const hasty = openTestRooms(url.href);
    onTestFinished(() => closeRooms(hasty));
    const waiting = (count: number) =>
      waitFor(
        async () => {
          const [row] = await database.sql<{ waiting: number }[]>`
            select count(*)::integer as waiting from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'`;
          return row?.waiting === count;
        },
        { what: `${count} to wait` },
      );
    let destroyed: Promise<void> | undefined;
    let others: Promise<unknown> | undefined;
    // The destroy has the room when it is stopped here. The others take its process, then want the room.
    await database.sql.begin(async (tx) => {
      await tx`select from room_allocations where process_id = ${processId} for update`;
      destroyed = destroyRoom(hasty, appId, roomId);
      destroyed.catch(() => {});
      await waiting(1);
      others = database.sql.begin(async (sql) => {
        await sql`select from processes where process_id = ${processId} for update`;
        await sql`select from rooms where app_id = ${appId} and room_id = ${roomId} for update`;
      });
      others.catch(() => {});
      await waiting(2);
    });
    await Promise.all([destroyed, others]);
    await expect(destroyRoom(rooms, appId, roomId)).rejects.toMatchObject({ code: "room_not_found" });
    await expectConsistent(database);
  });

  test("whose connection breaks rejects with that, and may be tried again", async () => {
    const { application, appId, database } = await newGame(suite().rooms);
    const proxy = await startCuttingProxy(suite().databaseUrl);
    const distant = openTestRooms(proxy.url);
    onTestFinished(async () => {
      // postgres.js waits its whole time-out for a connection that was cut.
      await distant.database.sql.end({ timeout: 0 });
      await proxy.close();
    });
    const { roomId } = await createRoom(distant, { application, region: TEST_REGION, roomId: "cut-off" });
    proxy.cutNext(roomId, "before_answer");
    const error = await destroyRoom(distant, appId, roomId).catch((reason: unknown) => reason);
    expect(isConnectionError(error)).toBe(true);
    await expect(destroyRoom(distant, appId, roomId)).rejects.toMatchObject({ code: "room_not_found" });
    await expectConsistent(database);
  });
});

test("however many ask together, their statement is one, and planned once for all", async () => {
  const { application, appId } = await newGame(suite().rooms, { roomsPerProcess: 100 });
  const proxy = await startCountingProxy(suite().databaseUrl);
  const rooms = openTestRooms(proxy.url, {}, { maxConnections: 1 });
  onTestFinished(async () => {
    await closeRooms(rooms);
    await proxy.close();
  });
  // As behind a pooler that does not hand on what `openDatabase` asks for.
  await rooms.database.sql`select set_config('plan_cache_mode', 'auto', false)`;
  const ids = Array.from({ length: 200 }, (_, n) => `together-${n}`);
  await Promise.all(ids.map((roomId) => createRoom(rooms, { application, roomId, region: TEST_REGION })));
  const read = (count: number) =>
    Promise.all(ids.slice(0, count).map((roomId) => getConnectionInfo(rooms, appId, roomId, WAKE)));
  await read(1);
  proxy.takeStatements();
  proxy.takeRoundTrips();
  expect(await read(200)).toHaveLength(200);
  expect([proxy.takeStatements().length, proxy.takeRoundTrips()]).toEqual([1, 1]);

  const destroy = (names: readonly string[]) =>
    Promise.allSettled(names.map((roomId) => destroyRoom(rooms, appId, roomId)));
  await destroy(["never-there"]);
  proxy.takeStatements();
  proxy.takeRoundTrips();
  expect((await destroy(ids.slice(100, 164))).every(({ status }) => status === "fulfilled")).toBe(true);
  expect([proxy.takeStatements().length, proxy.takeRoundTrips()]).toEqual([1, 1]);

  for (let count = 1; count <= 12; count += 1) {
    await read(count);
    await Promise.all(ids.slice(0, count).map((roomId) => getRoomInfo(rooms, appId, roomId)));
    // Tables that grow would make later plans dearer.
    await destroy(Array.from({ length: count }, (_, n) => `never-there-${n}`));
  }
  // PostgreSQL plans the first five anew to learn what that brings; the arrays must not make it go on.
  const plans = await rooms.database.sql`
    select custom_plans::integer as custom, generic_plans > 0 as "isShared" from pg_prepared_statements
     where statement like ${"%unnest(%"}`;
  expect([...plans]).toEqual(Array(3).fill({ custom: 5, isShared: true }));
});
