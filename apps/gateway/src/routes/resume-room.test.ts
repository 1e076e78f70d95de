import { Room, RoomAllocationData } from "@roombridge/models/api";
import { createRoom as createCoreRoom, endProcess } from "@roombridge/rooms";
import { createTenant, runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const resume = (roomId: string) => `/rooms/v2/{appId}/resume/${roomId}`;
const suspend = "/rooms/v2/{appId}/suspend/bed";
const info = "/rooms/v2/{appId}/info/bed";

async function play(settings: Parameters<typeof createGame>[1] = {}) {
  const { app, rooms } = suite();
  const game = await createGame(rooms, settings);
  return { ...game, ...callerOf(app, game), run: () => runWaitingProcesses(rooms.database, game.host) };
}

/** A suspended room whose process runs on without it. */
async function sleep(settings: Parameters<typeof createGame>[1] = {}) {
  const game = await play(settings);
  const room = await game.createRoom("bed");
  await game.run();
  await game.send("POST", suspend);
  return { ...game, room };
}

describe("200", () => {
  test("on a process that runs the room is active at once, with the credentials that it was born with", async () => {
    const { send, room } = await sleep();
    const { status, body } = await send("POST", resume("bed"));
    expect(status).toBe(200);
    expect(body).toEqual({
      roomId: "bed",
      processId: room.processId,
      status: "active",
      exposedPort: { host: "127.0.0.1", name: "default", port: 20_000, transportType: "tcp" },
      additionalExposedPorts: [],
      iceServers: room.iceServers,
    });
  });

  test("on a new process it is starting and has no exposedPort at all; another room has its old place", async () => {
    const { send, createRoom, room } = await sleep({ roomsPerProcess: 1 });
    await createRoom("guest");
    const { body } = await send("POST", resume("bed"));
    expect(RoomAllocationData.parse(body)).toMatchObject({ status: "starting", additionalExposedPorts: [] });
    expect(body).not.toHaveProperty("exposedPort");
    const { allocations, currentAllocation } = Room.parse((await send("GET", info)).body);
    expect(allocations.map(({ processId }) => processId)).toEqual([room.processId, currentAllocation?.processId]);
    expect(currentAllocation?.processId).not.toBe(room.processId);
  });

  test("a room that is active stays as it is: games poll with this call until exposedPort comes", async () => {
    const { send, createRoom, run } = await play();
    const { processId } = await createRoom("bed");
    const before = (await send("GET", info)).body;
    const starting = (await send("POST", resume("bed"))).body;
    expect(starting).toMatchObject({ processId, status: "starting" });
    expect((await send("POST", resume("bed"))).body).toEqual(starting);
    await run();
    expect((await send("POST", resume("bed"))).body).toMatchObject({ processId, status: "active", exposedPort: {} });
    expect((await send("GET", info)).body).toEqual(before);
  });

  test("a room that lost its process comes back under its id", async () => {
    const { send, createRoom, run } = await play();
    const { processId } = await createRoom("bed");
    await run();
    await endProcess(suite().rooms.database, { processId, reason: "exited", exitCode: 1 });
    expect((await send("GET", info)).body).toMatchObject({ status: "scheduling" });
    expect((await send("POST", resume("bed"))).body).toMatchObject({ roomId: "bed", status: "starting" });
    expect((await send("GET", info)).body).toMatchObject({ status: "active" });
  });

  test("many at once give the room one process", async () => {
    const { send, createRoom } = await sleep({ roomsPerProcess: 1 });
    await createRoom("guest");
    const answers = await Promise.all(Array.from({ length: 20 }, () => send("POST", resume("bed"))));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(Room.parse((await send("GET", info)).body).allocations).toHaveLength(2);
  });

  test("a room without a game server has no processId", async () => {
    const { app, rooms } = suite();
    const { application, token } = await createTenant(rooms.database);
    const { roomId } = await createCoreRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    const { send } = callerOf(app, { appId: application.appId, token });
    await send("POST", `/rooms/v2/{appId}/suspend/${roomId}`);
    const { status, body } = await send("POST", resume(roomId));
    expect([status, body]).toEqual([
      200,
      { roomId, status: "starting", additionalExposedPorts: [], iceServers: [expect.any(Object)] },
    ]);
  });
});

test("400 when the application has no deployment any more", async () => {
  const { send, appId } = await sleep();
  await suite().rooms.database.sql`update deployments set deleted_at = now() where app_id = ${appId}`;
  const { status, body } = await send("POST", resume("bed"));
  expect([status, body]).toEqual([400, { message: expect.stringContaining("has no deployment") }]);
});

test("401 without a token", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/resume/room-1", { method: "POST" });
  expect(response.status).toBe(401);
});

describe("404", () => {
  test("an unknown room and a destroyed one get the same words", async () => {
    const { send } = await sleep();
    await send("POST", "/rooms/v2/{appId}/destroy/bed");
    expect(await send("POST", resume("bed"))).toMatchObject({ status: 404, body: { message: "no room bed" } });
    expect(await send("POST", resume("no"))).toMatchObject({ status: 404, body: { message: "no room no" } });
  });

  test("another organisation's room, which sleeps on", async () => {
    const [stranger, owner] = [await play(), await sleep()];
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("POST", resume("bed"))).status).toBe(404);
    expect((await stranger.send("POST", resume("bed"))).status).toBe(404);
    expect((await owner.send("GET", info)).body).toMatchObject({ status: "scheduling" });
  });
});

test.each(["x".repeat(101), "a%2Fb", "%00"])("422 for the roomId %s", async (roomId) => {
  const { send } = await play();
  const { status, body } = await send("POST", resume(roomId));
  expect([status, body]).toEqual([422, { message: expect.stringMatching(/^roomId: /) }]);
});

describe("429", () => {
  test("all slots are taken: Retry-After says when to come again, and the room can still be resumed then", async () => {
    const { send, createRoom } = await sleep({ roomsPerProcess: 1, maxProcesses: 1 });
    await createRoom("guest");
    const { status, headers } = await send("POST", resume("bed"));
    expect([status, headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
    await send("POST", "/rooms/v2/{appId}/destroy/guest");
    expect((await send("POST", resume("bed"))).status).toBe(200);
  });
});
