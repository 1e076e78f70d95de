import { openTestRooms, startCountingProxy, startCuttingProxy, TEST_REGION } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { newGame } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  closeRooms,
  createRoom,
  destroyRoom,
  getConnectionInfo,
  getRoomInfo,
  resumeRoom,
  suspendRoom,
} from "./index.ts";
import { ReadCollector } from "./read-collector.ts";
import { isConnectionError } from "./store/database.ts";

const suite = useRooms();
const WAKE = { wake: false };

/** A collector whose statements end when the test says so. */
function scripted() {
  const sent: { readonly wanted: readonly string[]; readonly answer: () => void }[] = [];
  const collector = new ReadCollector<string, string>(suite().rooms.database, "read", (_database, wanted) => {
    const { promise, resolve } = Promise.withResolvers<(string | undefined)[]>();
    sent.push({ wanted, answer: () => resolve(wanted.map((name) => `${name}!`)) });
    return promise;
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { sent, collector, turn };
}

describe("reads are collected", () => {
  test("what is asked for in one turn goes together, and what comes later with the next", async () => {
    const { sent, collector, turn } = scripted();
    const first = [collector.read("a"), collector.read("b")];
    expect(sent).toHaveLength(0);
    await turn();
    const second = collector.read("c");
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
      void collector.read(name);
      await turn();
    }
    const third = [collector.read("c"), collector.read("d")];
    await turn();
    expect(sent).toHaveLength(2);
    sent[0]?.answer();
    await turn();
    await turn();
    expect(sent.map(({ wanted }) => wanted)).toEqual([["a"], ["b"], ["c", "d"]]);
    const fourth = collector.read("e");
    await turn();
    expect(sent).toHaveLength(3);
    await expect.poll(() => sent.length, { timeout: 10_000 }).toBe(4);
    for (const { answer } of sent) answer();
    expect(await Promise.all([...third, fourth])).toEqual(["c!", "d!", "e!"]);
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

test("however many read together, their statement is one, and planned once for all", async () => {
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

  for (let count = 1; count <= 12; count += 1) {
    await read(count);
    await Promise.all(ids.slice(0, count).map((roomId) => getRoomInfo(rooms, appId, roomId)));
  }
  // PostgreSQL plans the first five anew to learn what that brings; the arrays must not make it go on.
  const plans = await rooms.database.sql`
    select custom_plans::integer as custom, generic_plans > 0 as "isShared" from pg_prepared_statements
     where statement like ${"%with ordinality%"}`;
  expect([...plans]).toEqual(Array(2).fill({ custom: 5, isShared: true }));
});
