import { createRoom, destroyRoom, endProcess, resumeRoom, suspendRoom, updateRoomConfig } from "@roombridge/rooms";
import { createTenant, runWaitingProcesses, TEST_REGION, waitFor } from "@roombridge/testing";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newGame, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { parsePosition, printPosition } from "./event-position.ts";
import { followEvents, type FollowedItem, type FollowEventsInput } from "./follow-events.ts";

const suite = useRooms();

beforeAll(async () => {
  await suite().rooms.feed.listen(suite().databaseUrl, () => {});
});

interface Follower {
  readonly items: FollowedItem[];
  readonly ids: () => string[];
  /** Waits for so many events. */
  readonly events: (count: number) => Promise<Record<string, unknown>[]>;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

async function follow(appId: string, input: Partial<FollowEventsInput> = {}): Promise<Follower> {
  const ending = new AbortController();
  const items: FollowedItem[] = [];
  const stream = await followEvents(suite().rooms, {
    appId,
    after: undefined,
    idleMs: 60_000,
    signal: ending.signal,
    ...input,
  });
  const read = async () => {
    for await (const item of stream) items.push(item);
  };
  const ended = read();
  const stop = () => ending.abort();
  onTestFinished(async () => {
    stop();
    await ended;
  });
  await waitFor(() => items.length > 0, { what: "the first position" });
  const found = () => items.flatMap((item) => (item.kind === "event" ? [item] : []));
  return {
    items,
    ids: () => found().map(({ position }) => printPosition(position)),
    async events(count) {
      await waitFor(() => found().length >= count, { what: `${count} events` });
      return found().map(({ event }) => ({ type: event.type, ...event.data }));
    },
    stop,
    ended,
  };
}

async function liveRoom(game: Game): Promise<{ roomId: string; processId: string }> {
  const { roomId, processId = "" } = await game.create();
  await runWaitingProcesses(game.database, game.host);
  return { roomId, processId };
}

describe("each event tells where it happened and what the room is then", () => {
  test("from create to destroy", async () => {
    const game = await newGame(suite().rooms);
    const { appId, rooms } = game;
    const { events } = await follow(appId);
    const { roomId, processId } = await liveRoom(game);
    await updateRoomConfig(rooms, appId, roomId, "the config is not told");
    await suspendRoom(rooms, appId, roomId);
    await resumeRoom(rooms, { appId }, roomId);
    await destroyRoom(rooms, appId, roomId);
    const common = { appId, roomId, region: TEST_REGION, processId };
    expect(await events(7)).toEqual([
      { type: "room.created", ...common, status: "active" },
      { type: "room.active", ...common, status: "active" },
      { type: "room.updated", ...common },
      { type: "room.suspended", ...common, status: "scheduling" },
      { type: "room.resumed", ...common, status: "active" },
      { type: "room.active", ...common, status: "active" },
      { type: "room.destroyed", ...common, status: "destroyed", reason: "destroyed" },
    ]);
  });

  test("of a crash, with the end of the process", async () => {
    const game = await newGame(suite().rooms);
    const { appId, database } = game;
    const { roomId, processId } = await liveRoom(game);
    const { events } = await follow(appId);
    await endProcess(database, { processId, reason: "exited", exitCode: 139, exitSignal: "SIGSEGV" });
    const common = { appId, region: TEST_REGION, processId, reason: "exited" };
    expect(await events(2)).toEqual([
      { type: "room.unscheduled", roomId, ...common, status: "scheduling" },
      { type: "process.failed", ...common, exitCode: 139, exitSignal: "SIGSEGV" },
    ]);
  });

  test("of a room without a game server", async () => {
    const { rooms } = suite();
    const { application } = await createTenant(rooms.database);
    const { appId } = application;
    const { events } = await follow(appId);
    const { roomId } = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    const about = { appId, roomId, region: TEST_REGION, processId: null };
    expect(await events(1)).toEqual([{ type: "room.created", ...about, status: "scheduling" }]);
  });
});

test("another application's events, rooms that are not asked for and other types are left out", async () => {
  const game = await newGame(suite().rooms);
  const { appId } = game;
  const all = await follow(appId);
  const one = await follow(appId, { roomId: "one" });
  const active = await follow(appId, { types: ["room.active"] });
  const { application } = await createTenant(game.database);
  await createRoom(game.rooms, { application, region: TEST_REGION, needsProcess: false });
  await game.create({ roomId: "two" });
  await game.create({ roomId: "one" });
  await runWaitingProcesses(game.database, game.host);
  const told = (await all.events(4)).map(({ type, roomId }) => `${String(type)} ${String(roomId)}`);
  // Both became active in one transaction, in the order of their keys, which is chance.
  expect([...told.slice(0, 2), ...told.slice(2).toSorted()]).toEqual([
    "room.created two",
    "room.created one",
    "room.active one",
    "room.active two",
  ]);
  expect((await one.events(2)).map(({ roomId }) => roomId)).toEqual(["one", "one"]);
  expect((await active.events(2)).map(({ type }) => type)).toEqual(["room.active", "room.active"]);
});

describe("going on after an event", () => {
  test("gives what has happened since, and then what happens, once each", async () => {
    const game = await newGame(suite().rooms);
    const { appId } = game;
    const first = await follow(appId);
    for (let count = 0; count < 5; count += 1) await game.create();
    await first.events(5);
    const [, second = ""] = first.ids();
    const resumed = await follow(appId, { after: parsePosition(second) });
    await resumed.events(3);
    await game.create();
    await resumed.events(4);
    await first.events(6);
    expect(resumed.ids()).toEqual(first.ids().slice(2));
  });

  test("works from every position that was told while nothing happened", async () => {
    const game = await newGame(suite().rooms);
    const { appId } = game;
    const idle = await follow(appId, { idleMs: 20 });
    await game.create();
    await idle.events(1);
    const told = () => idle.items.at(-1);
    await waitFor(() => told()?.kind === "position", { what: "a position after the event" });
    const after = told()?.position;
    await game.create();
    const resumed = await follow(appId, { after });
    await resumed.events(1);
    await idle.events(2);
    expect(resumed.ids()).toEqual(idle.ids().slice(1));
  });

  test("leaves nothing out while rooms are created all the time, wherever it begins", async () => {
    const game = await newGame(suite().rooms, { roomsPerProcess: 10_000 });
    const { appId } = game;
    const witness = await follow(appId);
    const creators = Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 30; count += 1) await game.create();
    });
    const followers: Follower[] = [];
    for (const at of [20, 60, 100]) {
      await witness.events(at);
      followers.push(await follow(appId, { after: parsePosition(witness.ids()[at - 20] ?? "") }));
    }
    await Promise.all(creators);
    await witness.events(240);
    expect(new Set(witness.ids()).size).toBe(240);
    for (const [index, follower] of followers.entries()) {
      await follower.events(240 - index * 40 - 1);
      expect(follower.ids()).toEqual(witness.ids().slice(index * 40 + 1));
    }
  });

  test("begins with the oldest event that there is, and with nothing that another server's numbers have left", async () => {
    const game = await newGame(suite().rooms);
    const { appId, database } = game;
    const first = await follow(appId);
    await game.create();
    await first.events(1);
    const [oldest] = await database.sql<
      { xid: string }[]
    >`select min(xid::text::numeric)::text as xid from room_events`;
    await database.sql`insert into event_horizon (xid, id) values ('18446744073709551000', 7)`;
    await database.sql`
      insert into room_events (xid, app_id, type) values ('18446744073709550000', ${appId}, 'room.created')`;
    onTestFinished(async () => {
      await database.sql`delete from room_events where xid > '18446744073709000000'`;
      await database.sql`truncate event_horizon`;
    });
    const resumed = await follow(appId, { after: { xid: 1n, id: 0 } });
    expect(resumed.items[0]).toEqual({ kind: "position", position: { xid: BigInt(oldest?.xid ?? 0), id: 0 } });
    await resumed.events(1);
    await game.create();
    await resumed.events(2);
    expect(resumed.ids()).toHaveLength(2);
  });

  test("says when events before have been forgotten, and goes on with what is left", async () => {
    const game = await newGame(suite().rooms);
    const { appId, database } = game;
    const first = await follow(appId);
    for (let count = 0; count < 3; count += 1) await game.create();
    await first.events(3);
    const [one = "", two = ""] = first.ids();
    await database.sql`delete from room_events where (xid, id) <= (${two.split(".")[0] ?? ""}::xid8, ${Number(two.split(".")[1])})`;
    const late = await follow(appId, { after: parsePosition(one) });
    await late.events(1);
    expect(late.items[0]).toEqual({ kind: "gap", position: parsePosition(two) });
    expect(late.ids()).toEqual(first.ids().slice(2));
    const inTime = await follow(appId, { after: parsePosition(two) });
    await inTime.events(1);
    expect(inTime.items[0]?.kind).toBe("position");
  });

  test("says so of an id from another database, and goes on from now", async () => {
    const game = await newGame(suite().rooms);
    await game.create();
    const lost = await follow(game.appId, { after: { xid: 2n ** 63n, id: 7 } });
    expect(lost.items[0]?.kind).toBe("gap");
    await game.create();
    expect(await lost.events(1)).toHaveLength(1);
  });
});

test("an event waits for transactions that began before its own, so that none can come before it", async () => {
  const game = await newGame(suite().rooms);
  const { appId, database } = game;
  const { events, ids } = await follow(appId);
  const slow = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const transaction = database.sql.begin(async (sql) => {
    await sql`insert into room_events (app_id, type, payload) values (${appId}, 'room.created', '{"roomId": "slow", "region": "Tokyo"}')`;
    begun.resolve();
    await slow.promise;
  });
  await begun.promise;
  await game.create({ roomId: "quick" });
  // Whoever reads the table without care sees it already.
  const seen = await database.sql`select from room_events where app_id = ${appId}`;
  expect(seen).toHaveLength(1);
  expect(ids()).toEqual([]);
  slow.resolve();
  await transaction;
  expect((await events(2)).map(({ roomId }) => roomId)).toEqual(["slow", "quick"]);
});

test("a slow reader gets everything, however much has happened meanwhile", async () => {
  const game = await newGame(suite().rooms, { roomsPerProcess: 10_000 });
  const { appId, rooms, database } = game;
  const ending = new AbortController();
  const stream = await followEvents(rooms, { appId, after: undefined, idleMs: 60_000, signal: ending.signal });
  const first = await stream.next();
  expect(first.value?.kind).toBe("position");
  const insert = (from: number, to: number) => database.sql`
    insert into room_events (app_id, type, payload)
    select ${appId}, 'room.updated', jsonb_build_object('roomId', 'r' || n, 'region', 'Tokyo')
      from generate_series(${from}::integer, ${to}::integer) n`;
  await insert(1, 1);
  const roomIds: (string | undefined)[] = [];
  const take = async () => {
    const { value } = await stream.next();
    if (value?.kind === "event") roomIds.push(value.event.data.roomId);
  };
  await take();
  // More than is kept for it, in several reads of the feed.
  for (let part = 0; part < 5; part += 1) {
    await insert(part * 600 + 2, part * 600 + 601);
    await rooms.feed.nextRead();
  }
  while (roomIds.length < 3_001) await take();
  expect(roomIds).toEqual(Array.from({ length: 3_001 }, (_, index) => `r${index + 1}`));
  ending.abort();
  expect((await stream.next()).done).toBe(true);
});

test("it ends when it is told to, and the feed reads no more", async () => {
  const game = await newGame(suite().rooms);
  const follower = await follow(game.appId);
  follower.stop();
  await follower.ended;
  await suite().rooms.feed.nextRead();
  expect(suite().rooms.feed.position).toBeUndefined();
});
