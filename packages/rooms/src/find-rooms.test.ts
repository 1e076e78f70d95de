import { createTenant, expectConsistent, runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { afterEach, describe, expect, test } from "vitest";
import { newGame, refused, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  destroyRoom,
  endProcess,
  findRooms,
  listActiveRooms,
  listInactiveRooms,
  newUuid,
  resumeRoom,
  suspendRoom,
  updateRoomConfig,
  type FindRoomsInput,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

const ids = (rooms: readonly { readonly roomId: string }[]) => rooms.map(({ roomId }) => roomId);

describe("the rooms of a process", () => {
  async function twoRooms() {
    const game = await newGame(suite().rooms, { roomsPerProcess: 2 });
    const { processId = "" } = await game.create({ roomId: "one", roomConfig: "first" });
    await game.create({ roomId: "two" });
    return { ...game, processId };
  }

  test("are active while the process still starts, for servers ask before they listen", async () => {
    const { rooms, appId, processId } = await twoRooms();
    const active = await listActiveRooms(rooms, appId, processId);
    expect(ids(active)).toEqual(["one", "two"]);
    expect(active[0]).toMatchObject({
      appId,
      status: "active",
      roomConfig: "first",
      currentAllocation: { processId, scheduledAt: expect.any(Date), unscheduledAt: null },
    });
    expect(await listInactiveRooms(rooms, appId, processId)).toEqual([]);
  });

  test("become inactive when they are suspended, moved or destroyed, the last to leave first", async () => {
    const { rooms, application, appId, processId, create } = await twoRooms();
    await suspendRoom(rooms, appId, "one");
    await create({ roomId: "three" });
    const moved = await resumeRoom(rooms, application, "one");
    expect(moved.processId).not.toBe(processId);
    await destroyRoom(rooms, appId, "two");
    expect(ids(await listActiveRooms(rooms, appId, processId))).toEqual(["three"]);
    const inactive = await listInactiveRooms(rooms, appId, processId);
    expect(inactive).toMatchObject([
      { roomId: "two", status: "destroyed", roomConfig: null, currentAllocation: null },
      { roomId: "one", status: "active", roomConfig: "first", currentAllocation: { processId: moved.processId } },
    ]);
  });

  test("that left and came back are active and nothing else", async () => {
    const { rooms, application, appId, processId } = await twoRooms();
    await suspendRoom(rooms, appId, "one");
    expect((await resumeRoom(rooms, application, "one")).processId).toBe(processId);
    expect(ids(await listActiveRooms(rooms, appId, processId))).toEqual(["two", "one"]);
    expect(await listInactiveRooms(rooms, appId, processId)).toEqual([]);
  });

  test("are inactive after its end, and its lists stay", async () => {
    const { rooms, appId, database, host, processId } = await twoRooms();
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId, reason: "exited", exitCode: 1 });
    expect(await listActiveRooms(rooms, appId, processId)).toEqual([]);
    expect(await listInactiveRooms(rooms, appId, processId)).toMatchObject([
      { status: "scheduling", state: "unscheduled" },
      { status: "scheduling", state: "unscheduled" },
    ]);
  });

  test("show a reused id as the two rooms that it is", async () => {
    const { rooms, appId, processId, create } = await twoRooms();
    await destroyRoom(rooms, appId, "one");
    await create({ roomId: "one", roomConfig: "second" });
    expect(await listActiveRooms(rooms, appId, processId)).toMatchObject([
      { roomId: "two" },
      { roomId: "one", roomConfig: "second" },
    ]);
    expect(await listInactiveRooms(rooms, appId, processId)).toMatchObject([{ roomId: "one", status: "destroyed" }]);
  });

  test.each(["", "unknown", newUuid(), "00000000-0000-0000-0000-00000000000", "\u0000"])(
    "of the process %j are not found",
    async (processId) => {
      const { rooms, appId } = await newGame(suite().rooms);
      for (const list of [listActiveRooms, listInactiveRooms]) {
        expect(await refused(list(rooms, appId, processId))).toMatchObject({ code: "process_not_found" });
      }
    },
  );

  test("are not shown to another application", async () => {
    const { rooms, database, processId } = await twoRooms();
    const { application } = await createTenant(database);
    for (const list of [listActiveRooms, listInactiveRooms]) {
      expect(await refused(list(rooms, application.appId, processId))).toMatchObject({ code: "process_not_found" });
    }
  });
});

describe("findRooms", () => {
  const all = async ({ rooms, appId }: Game, input: Partial<FindRoomsInput> = {}) => {
    const pages: string[][] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await findRooms(rooms, appId, { limit: 100, ...input, cursor });
      pages.push(ids(page.rooms));
      cursor = page.nextCursor;
    }
    return pages;
  };

  async function sevenRooms() {
    const game = await newGame(suite().rooms);
    const { rooms, appId, create } = game;
    for (let n = 1; n <= 7; n += 1) await create({ roomId: `r${n}`, region: n === 7 ? "Tokyo" : "London" });
    await suspendRoom(rooms, appId, "r5");
    await destroyRoom(rooms, appId, "r4");
    return game;
  }

  test("pages through the live rooms of an application, newest first", async () => {
    const game = await sevenRooms();
    expect(await all(game)).toEqual([["r7", "r6", "r5", "r3", "r2", "r1"]]);
    expect(await all(game, { limit: 4 })).toEqual([
      ["r7", "r6", "r5", "r3"],
      ["r2", "r1"],
    ]);
    expect(await all(game, { limit: 3 })).toEqual([
      ["r7", "r6", "r5"],
      ["r3", "r2", "r1"],
    ]);
  });

  test("tells state, region, birth and place of each", async () => {
    const { rooms, appId } = await sevenRooms();
    const page = await findRooms(rooms, appId, { limit: 100 });
    expect(page.rooms[0]).toMatchObject({
      roomId: "r7",
      region: "Tokyo",
      state: "active",
      createdAt: expect.any(Date),
      currentAllocation: { processId: expect.any(String) },
    });
    expect(page.rooms[2]).toMatchObject({
      roomId: "r5",
      state: "suspended",
      status: "scheduling",
      currentAllocation: null,
    });
  });

  test("keeps to the states and regions that were asked for", async () => {
    const game = await sevenRooms();
    expect(await all(game, { states: ["suspended"] })).toEqual([["r5"]]);
    expect(await all(game, { states: ["suspended", "active"], regions: ["Tokyo"] })).toEqual([["r7"]]);
    expect(await all(game, { regions: ["Dubai"] })).toEqual([[]]);
  });

  test("neither repeats nor hides a room because others come and go meanwhile", async () => {
    const game = await sevenRooms();
    const { rooms, appId, create } = game;
    const first = await findRooms(rooms, appId, { limit: 3 });
    await create({ roomId: "new" });
    await destroyRoom(rooms, appId, "r5");
    const second = await findRooms(rooms, appId, { limit: 3, cursor: first.nextCursor ?? "" });
    expect(ids(second.rooms)).toEqual(["r3", "r2", "r1"]);
  });

  test("tells rooms of one instant apart", async () => {
    const game = await newGame(suite().rooms);
    await Promise.all(Array.from({ length: 20 }, () => game.create()));
    await game.database.sql`update rooms set created_at = '2026-11-21T10:00:00.123456Z' where app_id = ${game.appId}`;
    const pages = await all(game, { limit: 7 });
    expect(pages.map(({ length }) => length)).toEqual([7, 7, 6]);
    expect(new Set(pages.flat()).size).toBe(20);
  });

  test("shows nothing of another application", async () => {
    const { rooms, database } = await sevenRooms();
    const { application } = await createTenant(database);
    expect(await findRooms(rooms, application.appId, { limit: 100 })).toEqual({ rooms: [], nextCursor: null });
  });

  test.each([
    "",
    "x",
    "\u0000",
    Buffer.from("1.short").toString("base64url"),
    Buffer.from(`${"9".repeat(18)}.${"a".repeat(16)}`).toString("base64url"),
  ])("refuses the cursor %j", async (cursor) => {
    const { rooms, appId } = await newGame(suite().rooms);
    const error = await refused(findRooms(rooms, appId, { limit: 10, cursor }));
    expect(error).toMatchObject({ code: "invalid_params", message: "cursor: expected the nextCursor of another page" });
  });

  test("takes any time that a cursor may hold", async () => {
    const { rooms, appId } = await newGame(suite().rooms);
    const cursor = Buffer.from(`${"9".repeat(17)}.${"a".repeat(16)}`).toString("base64url");
    expect(await findRooms(rooms, appId, { limit: 10, cursor })).toEqual({ rooms: [], nextCursor: null });
  });
});

describe("updateRoomConfig", () => {
  test.each(["", "x".repeat(10_000), '{"round":2}', "\u{1F3AE}"])("replaces the config by %j", async (roomConfig) => {
    const { rooms, appId, create } = await newGame(suite().rooms);
    const { processId = "" } = await create({ roomId: "r", roomConfig: "before" });
    await updateRoomConfig(rooms, appId, "r", roomConfig);
    expect(await listActiveRooms(rooms, appId, processId)).toMatchObject([{ roomConfig }]);
  });

  test("reaches a process that no host has taken yet", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    await create({ roomId: "r", roomConfig: "before" });
    await updateRoomConfig(rooms, appId, "r", "after");
    expect(await runWaitingProcesses(database, host)).toMatchObject([{ initialRoomConfig: "after" }]);
  });

  test("tells of it once in the same transaction, without the text", async () => {
    const { rooms, appId, database, create } = await newGame(suite().rooms);
    const { processId } = await create({ roomId: "r" });
    await updateRoomConfig(rooms, appId, "r", "secret plans");
    const events =
      await database.sql`select payload from room_events where app_id = ${appId} and type = 'room.updated'`;
    expect(events).toEqual([{ payload: { roomId: "r", region: TEST_REGION, processId } }]);
  });

  test("is refused for rooms that are not there and text that cannot be stored", async () => {
    const { rooms, appId, create } = await newGame(suite().rooms);
    await create({ roomId: "r" });
    expect(await refused(updateRoomConfig(rooms, appId, "r", "\u0000"))).toMatchObject({ code: "invalid_params" });
    await destroyRoom(rooms, appId, "r");
    for (const roomId of ["r", "unknown", "a b"]) {
      expect(await refused(updateRoomConfig(rooms, appId, roomId, "x"))).toMatchObject({ code: "room_not_found" });
    }
  });
});
