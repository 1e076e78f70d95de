import {
  closeRooms,
  destroyRoom,
  endProcess,
  reportRunning,
  resumeRoom,
  suspendRoom,
  waitForConnection,
} from "@roombridge/rooms";
import {
  clearRooms,
  openTestRooms,
  runWaitingProcesses,
  startCountingProxy,
  startCuttingProxy,
  waitFor,
} from "@roombridge/testing";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newGame, refused, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { ConnectionWaits } from "./connection-waits.ts";

const suite = useRooms();

beforeAll(async () => {
  await suite().rooms.feed.listen(suite().databaseUrl, () => {});
});

const LONG_MS = 60_000;

function wait(
  { rooms, appId }: Game,
  roomId: string,
  { waitMs = LONG_MS, signal }: { waitMs?: number; signal?: AbortSignal } = {},
) {
  return waitForConnection(rooms, appId, roomId, { wake: true, waitMs, signal });
}

async function waiting(count: number): Promise<void> {
  const { waits, feed } = suite().rooms;
  await waitFor(() => waits.count === count, { what: `${count} who wait` });
  // By then all have looked once.
  await feed.nextRead();
}

describe("the answer is held back while the process starts", () => {
  test("until it runs, for all who wait, whichever their room", async () => {
    const game = await newGame(suite().rooms, { roomsPerProcess: 5 });
    const rooms = await Promise.all(Array.from({ length: 20 }, () => game.create()));
    const answers = Promise.all(rooms.flatMap(({ roomId }) => [wait(game, roomId), wait(game, roomId)]));
    await waiting(40);
    await runWaitingProcesses(game.database, game.host);
    const statuses = (await answers).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 40 }, () => "active"));
    expect(suite().rooms.waits.count).toBe(0);
  });

  test.each([
    ["is destroyed", "room_not_found", (game: Game, roomId: string) => destroyRoom(game.rooms, game.appId, roomId)],
    ["is suspended", "room_not_found", (game: Game, roomId: string) => suspendRoom(game.rooms, game.appId, roomId)],
  ])("until the room %s", async (_, code, act) => {
    const game = await newGame(suite().rooms);
    const { roomId } = await game.create();
    const answer = refused(wait(game, roomId));
    await waiting(1);
    await act(game, roomId);
    expect((await answer).code).toBe(code);
  });

  test("until the game server has failed to start three times", async () => {
    const game = await newGame(suite().rooms);
    const { roomId } = await game.create();
    const answer = refused(wait(game, roomId));
    await waiting(1);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const [process] = await game.database.sql<{ processId: string }[]>`
        select process_id as "processId" from processes where app_id = ${game.appId} and terminated_at is null`;
      await endProcess(game.database, { processId: process?.processId ?? "", reason: "spawn_error" });
    }
    expect((await answer).code).toBe("start_failed");
  });

  test("at the latest until the time is over", async () => {
    const game = await newGame(suite().rooms);
    const { roomId } = await game.create();
    expect(await wait(game, roomId, { waitMs: 50 })).toEqual({ status: "starting" });
  });

  test("until the caller has gone", async () => {
    const game = await newGame(suite().rooms);
    const { roomId } = await game.create();
    const gone = new AbortController();
    const answer = wait(game, roomId, { signal: gone.signal });
    await waiting(1);
    gone.abort();
    expect((await answer).status).toBe("starting");
    expect(suite().rooms.waits.count).toBe(0);
  });
});

test("when it has to end, nobody waits any more, nor later", async () => {
  const game = await newGame(suite().rooms);
  const { roomId } = await game.create();
  const rooms = openTestRooms(suite().databaseUrl);
  onTestFinished(() => closeRooms(rooms));
  const answer = wait({ ...game, rooms }, roomId);
  await waitFor(() => rooms.waits.count === 1, { what: "one who waits" });
  rooms.waits.end();
  expect((await answer).status).toBe("starting");
  expect((await wait({ ...game, rooms }, roomId)).status).toBe("starting");
});

describe("the answer comes at once", () => {
  test("when the room is active", async () => {
    const game = await newGame(suite().rooms);
    const { roomId } = await game.create();
    await runWaitingProcesses(game.database, game.host);
    expect((await wait(game, roomId)).status).toBe("active");
  });

  test("when there is no such room", async () => {
    const game = await newGame(suite().rooms);
    expect((await refused(wait(game, "nowhere"))).code).toBe("room_not_found");
  });

  test("to who wakes a room whose process runs", async () => {
    const game = await newGame(suite().rooms);
    const { roomId } = await game.create();
    await runWaitingProcesses(game.database, game.host);
    await suspendRoom(game.rooms, game.appId, roomId);
    expect((await wait(game, roomId)).status).toBe("active");
  });
});

test("who begins to wait in the very moment in which the process gets ready is not forgotten", async () => {
  const game = await newGame(suite().rooms, { roomsPerProcess: 1 });
  await clearRooms(game.database);
  await game.database.sql`update hosts set beat_at = 'infinity' where host_id = ${game.host.hostId}`;
  const began = performance.now();
  for (let round = 0; round < 20; round += 1) {
    const { roomId, processId = "" } = await game.create();
    await game.database.sql`
      update processes set host_id = ${game.host.hostId}, host_incarnation = ${game.host.incarnation} where process_id = ${processId}`;
    const ready = reportRunning(game.database, {
      processId,
      incarnation: game.host.incarnation,
      exposedPort: { host: "127.0.0.1", name: "default", port: 20_000, transportType: "tcp" },
      additionalExposedPorts: [],
    });
    const [connection] = await Promise.all([wait(game, roomId), ready]);
    expect(connection.status).toBe("active");
  }
  // Polls alone would take two seconds for each that was missed.
  expect(performance.now() - began).toBeLessThan(15_000);
});

test("who begins to wait while others are told what was before is not told that", async () => {
  const game = await newGame(suite().rooms);
  const { appId, rooms } = game;
  const { roomId } = await game.create();
  await suspendRoom(rooms, appId, roomId);
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const slow = openTestRooms(proxy.url);
  onTestFinished(async () => {
    await closeRooms(slow);
    await proxy.close();
  });
  const waits = new ConnectionWaits(slow.database, rooms.feed);
  const release = proxy.holdNext(roomId);
  const early = waits.wait({ appId, roomId }, LONG_MS);
  await proxy.cut();
  const late = wait({ ...game, rooms: { ...rooms, waits } }, roomId);
  await waitFor(() => waits.count === 2, { what: "one who has woken the room and waits" });
  release();
  expect(await early).toMatchObject({ state: "suspended" });
  await runWaitingProcesses(game.database, game.host);
  expect((await late).status).toBe("active");
});

test("the event says where to connect, without another read", async () => {
  const game = await newGame(suite().rooms);
  const { roomId } = await game.create();
  const away = openTestRooms(suite().databaseUrl);
  await closeRooms(away);
  const waits = new ConnectionWaits(away.database, game.rooms.feed);
  const answer = wait({ ...game, rooms: { ...game.rooms, waits } }, roomId);
  await waitFor(() => waits.count === 1, { what: "one who waits" });
  await game.rooms.feed.nextRead();
  await runWaitingProcesses(game.database, game.host);
  expect((await answer).status).toBe("active");
});

test("who begins to wait while an event is read is not told where the room was then", async () => {
  const game = await newGame(suite().rooms);
  const { appId, rooms } = game;
  const { roomId, processId = "" } = await game.create();
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const slow = openTestRooms(proxy.url);
  onTestFinished(async () => {
    await closeRooms(slow);
    await proxy.close();
  });
  const waits = new ConnectionWaits(rooms.database, slow.feed);
  const waiter = { ...game, rooms: { ...rooms, waits } };
  const early = wait(waiter, roomId);
  await waitFor(() => waits.count === 1, { what: "one who waits" });
  await slow.feed.nextRead();
  await slow.feed.nextRead();
  await runWaitingProcesses(game.database, game.host);
  const release = proxy.holdNext(appId);
  slow.feed.wake();
  await proxy.cut();
  await endProcess(game.database, { processId, reason: "exited", exitCode: 1 });
  await resumeRoom(rooms, { appId }, roomId);
  const late = wait(waiter, roomId);
  await waitFor(() => waits.count === 2, { what: "another one who waits" });
  release();
  expect((await early).status).toBe("active");
  expect(waits.count).toBe(1);
  await runWaitingProcesses(game.database, game.host);
  expect((await late).status).toBe("active");
});

test("should all wake-ups be lost, whoever waits is told by a poll, of a few rooms at a time", async () => {
  const game = await newGame(suite().rooms, { roomsPerProcess: 10 });
  const rooms = await Promise.all(Array.from({ length: 40 }, () => game.create()));
  const proxy = await startCountingProxy(suite().databaseUrl);
  const polling = openTestRooms(proxy.url);
  onTestFinished(async () => {
    await closeRooms(polling);
    await proxy.close();
  });
  // It reads nothing any more.
  await polling.feed.close();
  const waits = new ConnectionWaits(polling.database, polling.feed);
  const answers = Promise.all(rooms.map(({ roomId }) => waits.wait({ appId: game.appId, roomId }, LONG_MS)));
  await runWaitingProcesses(game.database, game.host);
  expect((await answers).every((row) => typeof row === "object" && row.processStatus === "running")).toBe(true);
  expect(proxy.takeStatements().length).toBeGreaterThanOrEqual(10);
});
