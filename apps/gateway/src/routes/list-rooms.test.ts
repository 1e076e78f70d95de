import { RoomPage } from "@roombridge/models/api";
import { createRoom as createCoreRoom, endProcess } from "@roombridge/rooms";
import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  const caller = callerOf(app, game);
  const page = async (query = "") => {
    const { status, body } = await caller.send("GET", `/rooms/v2/{appId}/list${query}`);
    expect(status).toBe(200);
    return RoomPage.parse(body);
  };
  const ids = async (query = "") => (await page(query)).rooms.map(({ roomId }) => roomId);
  return { ...game, ...caller, page, ids };
}

/** One live room in each state that a room with a game server can have, and a destroyed one. */
async function playEveryState() {
  const game = await play();
  const { send, createRoom, host } = game;
  const { database } = suite().rooms;
  const { processId } = await createRoom("lost", { region: "Dallas" });
  await runWaitingProcesses(database, host);
  await endProcess(database, { processId, reason: "host_lost" });
  for (const roomId of ["gone", "asleep", "awake"]) await createRoom(roomId, { region: "Tokyo" });
  await send("POST", "/rooms/v2/{appId}/suspend/asleep");
  await send("POST", "/rooms/v2/{appId}/destroy/gone");
  return game;
}

describe("200", () => {
  test("the live rooms, newest first, with state, region and time of creation", async () => {
    const { appId, send, createRoom } = await play();
    const { processId } = await createRoom("a", { region: "Tokyo", roomConfig: "x" });
    const { status, body } = await send("GET", "/rooms/v2/{appId}/list");
    const date = expect.stringMatching(ISO_DATE);
    expect(status).toBe(200);
    expect(body).toEqual({
      rooms: [
        {
          appId,
          roomId: "a",
          status: "active",
          roomConfig: "x",
          currentAllocation: {
            roomAllocationId: expect.any(String),
            processId,
            scheduledAt: date,
            unscheduledAt: null,
          },
          state: "active",
          region: "Tokyo",
          createdAt: date,
        },
      ],
      nextCursor: null,
    });
  });

  test("the state is finer than the status, which has no word for a sleeping room", async () => {
    const { page } = await playEveryState();
    expect((await page()).rooms).toMatchObject([
      { roomId: "awake", state: "active", status: "active", region: "Tokyo" },
      { roomId: "asleep", state: "suspended", status: "scheduling", currentAllocation: null },
      { roomId: "lost", state: "unscheduled", status: "scheduling", currentAllocation: null, region: "Dallas" },
    ]);
  });

  test.each([
    ["?state=active", ["awake"]],
    ["?state=suspended&state=unscheduled", ["asleep", "lost"]],
    ["?state=suspended,unscheduled", ["asleep", "lost"]],
    ["?state=scheduling", []],
    ["?region=Dallas", ["lost"]],
    ["?region=Dallas,Tokyo", ["awake", "asleep", "lost"]],
    ["?region=Tokyo&state=suspended", ["asleep"]],
    ["?region=London", []],
    ["?unknown=1", ["awake", "asleep", "lost"]],
  ])("%s", async (query, expected) => {
    const { ids } = await playEveryState();
    expect(await ids(query)).toEqual(expected);
  });

  test("a room without a game server is scheduling", async () => {
    const { application, ids } = await play();
    const { rooms } = suite();
    await rooms.database.sql`update deployments set deleted_at = now() where app_id = ${application.appId}`;
    await createCoreRoom(rooms, { application, region: "Tokyo", roomId: "voice", needsProcess: false });
    expect(await ids("?state=scheduling")).toEqual(["voice"]);
  });

  test("pages go on where the one before ended, also while rooms come and go", async () => {
    const { send, createRoom, page, ids } = await play();
    for (const roomId of ["1", "2", "3", "4", "5"]) await createRoom(roomId);
    const first = await page("?limit=2");
    expect(first.rooms.map(({ roomId }) => roomId)).toEqual(["5", "4"]);
    await createRoom("6");
    await send("POST", "/rooms/v2/{appId}/destroy/4");
    const second = await page(`?limit=2&cursor=${first.nextCursor}`);
    expect(second.rooms.map(({ roomId }) => roomId)).toEqual(["3", "2"]);
    const third = await page(`?limit=2&cursor=${second.nextCursor}`);
    expect([third.rooms.map(({ roomId }) => roomId), third.nextCursor]).toEqual([["1"], null]);
    expect(await ids("?limit=500")).toEqual(["6", "5", "3", "2", "1"]);
  });

  test("100 rooms are on a page when nobody says otherwise", async () => {
    const { application, page } = await play();
    const { rooms } = suite();
    await Promise.all(Array.from({ length: 101 }, () => createCoreRoom(rooms, { application, region: "Tokyo" })));
    const first = await page();
    expect([first.rooms.length, first.nextCursor]).toEqual([100, expect.any(String)]);
    expect((await page(`?cursor=${first.nextCursor}`)).rooms).toHaveLength(1);
  });

  test("no credential is in the list", async () => {
    const { send, createRoom } = await play();
    const { iceServers } = await createRoom("a");
    const text = JSON.stringify((await send("GET", "/rooms/v2/{appId}/list")).body);
    expect(text).not.toContain(iceServers[0]?.username);
  });

  test("another application's rooms are not in the list", async () => {
    const [other, game] = [await play(), await play()];
    await other.createRoom("theirs");
    await game.createRoom("mine");
    expect(await game.ids()).toEqual(["mine"]);
  });
});

test("401 without a token", async () => {
  expect((await suite().app.request("/rooms/v2/app-1/list")).status).toBe(401);
});

test("404 for another organisation's application", async () => {
  const [stranger, owner] = [await play(), await play()];
  const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
  expect((await foreign.send("GET", "/rooms/v2/{appId}/list")).status).toBe(404);
});

test.each([
  ["?state=destroyed", /^state: .*"unscheduled"/],
  ["?state=", /^state: /],
  ["?region=Moon", /^region: .*"Tokyo"/],
  ["?region=Tokyo,,Dallas", /^region: /],
  ["?limit=0", /^limit: expected a whole number from 1 to 500$/],
  ["?limit=501", /^limit: /],
  ["?limit=5&limit=6", /^limit: given more than once$/],
  ["?cursor=", /^cursor: /],
  ["?cursor=garbage", /^cursor: /],
  ["?cursor=%00", /^cursor: /],
])("422 for %s", async (query, message) => {
  const { send } = await play();
  const { status, body } = await send("GET", `/rooms/v2/{appId}/list${query}`);
  expect([status, body]).toEqual([422, { message: expect.stringMatching(message) }]);
});
