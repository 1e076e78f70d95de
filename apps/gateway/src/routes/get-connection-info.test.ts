import { Room, RoomConnectionData } from "@roombridge/models/api";
import { createRoom as createCoreRoom, endProcess } from "@roombridge/rooms";
import { createTenant, runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf } from "../../test/caller.ts";
import { asCaller, createGame, read, useGateway, type Game } from "../../test/suite.ts";
import { createApp } from "../app.ts";

const suite = useGateway();

async function createRoom({ appId, token }: Game) {
  const init = { method: "POST", headers: asCaller(token), body: JSON.stringify({ region: TEST_REGION }) };
  const { body } = await read(suite().app.request(`/rooms/v2/${appId}/create`, init));
  return RoomConnectionData.parse(body);
}

function getConnectionInfo(appId: string, roomId: string, headers: Record<string, string> = {}) {
  return read(suite().app.request(`/rooms/v2/${appId}/connectioninfo/${roomId}`, { headers }));
}

describe("200", () => {
  test("while the process starts there is no exposedPort, then there is; the processId and secrets never", async () => {
    const { rooms } = suite();
    const game = await createGame(rooms);
    const { roomId } = await createRoom(game);
    const starting = { roomId, status: "starting", additionalExposedPorts: [] };
    expect(await getConnectionInfo(game.appId, roomId)).toEqual({ status: 200, body: starting });
    await runWaitingProcesses(rooms.database, game.host);
    const exposedPort = { host: "127.0.0.1", name: "default", port: 20_000, transportType: "tcp" };
    const active = { roomId, status: "active", exposedPort, additionalExposedPorts: [] };
    expect(await getConnectionInfo(game.appId, roomId)).toEqual({ status: 200, body: active });
  });

  test.each(["Bearer garbage", "", "Basic x"])(
    "an Authorization header (%j) is ignored, not checked",
    async (authorization) => {
      const game = await createGame(suite().rooms);
      const { roomId } = await createRoom(game);
      expect((await getConnectionInfo(game.appId, roomId, { authorization })).status).toBe(200);
    },
  );

  test("HEAD has the headers of GET and no body", async () => {
    const game = await createGame(suite().rooms);
    const { roomId } = await createRoom(game);
    const path = `/rooms/v2/${game.appId}/connectioninfo/${roomId}`;
    const response = await suite().app.request(path, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-type")).toBe("application/json");
  });
});

describe("a room that was suspended by a call", () => {
  async function sleep(settings: Parameters<typeof createGame>[1] = {}) {
    const { app, rooms } = suite();
    const game = await createGame(rooms, settings);
    const caller = callerOf(app, game);
    const room = await caller.createRoom("bed");
    await runWaitingProcesses(rooms.database, game.host);
    const suspend = () => caller.send("POST", "/rooms/v2/{appId}/suspend/bed");
    await suspend();
    const info = "/rooms/v2/{appId}/info/bed";
    const statusOfRoom = async () => Room.parse((await caller.send("GET", info)).body).status;
    return { ...game, ...caller, room, suspend, statusOfRoom, ask: () => getConnectionInfo(game.appId, "bed") };
  }

  test("is woken on a process that runs, and active in the same answer", async () => {
    const { ask, statusOfRoom } = await sleep();
    expect(await ask()).toMatchObject({ status: 200, body: { status: "active", exposedPort: { port: 20_000 } } });
    expect(await statusOfRoom()).toBe("active");
  });

  test("is woken on a new process, and starting without exposedPort", async () => {
    const { ask, createRoom } = await sleep({ roomsPerProcess: 1 });
    await createRoom("guest");
    const answer = { roomId: "bed", status: "starting", additionalExposedPorts: [] };
    expect(await ask()).toEqual({ status: 200, body: answer });
    expect(await ask()).toEqual({ status: 200, body: answer });
  });

  test("is woken once by a hundred players", async () => {
    const { ask, createRoom, send } = await sleep({ roomsPerProcess: 1 });
    await createRoom("guest");
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(Room.parse((await send("GET", "/rooms/v2/{appId}/info/bed")).body).allocations).toHaveLength(2);
  });

  test("429 with Retry-After when it was woken in the last ten seconds and suspended again; then it wakes", async () => {
    const { ask, suspend, statusOfRoom, appId } = await sleep();
    const { app, rooms } = suite();
    await ask();
    await suspend();
    const response = await app.request(`/rooms/v2/${appId}/connectioninfo/bed`);
    const seconds = Number(response.headers.get("retry-after"));
    expect([seconds >= 1, seconds <= 10]).toEqual([true, true]);
    expect(await read(response)).toEqual({ status: 429, body: { message: "the room was woken a moment ago" } });
    expect(await statusOfRoom()).toBe("scheduling");
    await rooms.database.sql`update rooms set woken_at = woken_at - interval '10 seconds' where app_id = ${appId}`;
    expect((await ask()).status).toBe(200);
  });

  test("429 when there is no slot for it, once in ten seconds too", async () => {
    const { ask, createRoom, statusOfRoom } = await sleep({ roomsPerProcess: 1, maxProcesses: 1 });
    await createRoom("guest");
    expect(await ask()).toEqual({ status: 429, body: { message: expect.stringContaining("no free slot") } });
    expect(await ask()).toEqual({ status: 429, body: { message: "the room was woken a moment ago" } });
    expect(await statusOfRoom()).toBe("scheduling");
  });

  test("400 when the application has no deployment any more", async () => {
    const { ask, appId } = await sleep();
    await suite().rooms.database.sql`update deployments set deleted_at = now() where app_id = ${appId}`;
    expect(await ask()).toEqual({ status: 400, body: { message: expect.stringContaining("has no deployment") } });
  });

  test("HEAD leaves it asleep", async () => {
    const { appId, statusOfRoom } = await sleep();
    const path = `/rooms/v2/${appId}/connectioninfo/bed`;
    expect((await suite().app.request(path, { method: "HEAD" })).status).toBe(404);
    expect(await statusOfRoom()).toBe("scheduling");
  });

  test("stays asleep where the operator says so", async () => {
    const { appId, statusOfRoom } = await sleep();
    const app = createApp({ ...suite(), wakeOnConnectionInfo: false });
    const answer = await read(app.request(`/rooms/v2/${appId}/connectioninfo/bed`));
    expect(answer).toEqual({ status: 404, body: { message: "room is not running; resume it" } });
    expect(await statusOfRoom()).toBe("scheduling");
  });

  test("404 for one without a game server, whose credentials stay off", async () => {
    const { app, rooms } = suite();
    const { application, token } = await createTenant(rooms.database);
    const { appId } = application;
    const { roomId, credential } = await createCoreRoom(rooms, {
      application,
      region: TEST_REGION,
      needsProcess: false,
    });
    await callerOf(app, { appId, token }).send("POST", `/rooms/v2/{appId}/suspend/${roomId}`);
    const answer = { status: 404, body: { message: "room has no game server" } };
    expect(await getConnectionInfo(appId, roomId)).toEqual(answer);
    const known = await rooms.database.sql`select from coturn.turnusers_lt where name = ${credential.username}`;
    expect(known).toHaveLength(0);
  });
});

test("400 when the game server failed to start three times", async () => {
  const { rooms } = suite();
  const game = await createGame(rooms);
  const { roomId } = await createRoom(game);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [process] = await rooms.database.sql<{ processId: string }[]>`
      select process_id as "processId" from processes where app_id = ${game.appId} and terminated_at is null`;
    await endProcess(rooms.database, { processId: process?.processId ?? "", reason: "spawn_error" });
  }
  const answer = await getConnectionInfo(game.appId, roomId);
  expect(answer).toEqual({ status: 400, body: { message: "the game server did not start" } });
});

describe("404", () => {
  test("an unknown application, an unknown room and another application's room get the same answer", async () => {
    const { rooms } = suite();
    const [other, game] = [await createGame(rooms), await createGame(rooms)];
    const { roomId } = await createRoom(game);
    const expected = { status: 404, body: { message: `no room ${roomId}` } };
    expect(await getConnectionInfo("app-unknown", roomId)).toEqual(expected);
    expect(await getConnectionInfo(other.appId, roomId)).toEqual(expected);
    expect((await getConnectionInfo(game.appId, "unknown")).status).toBe(404);
  });

  test("a destroyed room", async () => {
    const game = await createGame(suite().rooms);
    const { roomId } = await createRoom(game);
    const path = `/rooms/v2/${game.appId}/destroy/${roomId}`;
    await suite().app.request(path, { method: "POST", headers: asCaller(game.token) });
    expect((await getConnectionInfo(game.appId, roomId)).status).toBe(404);
  });

  test("a room that lost its process says how to get it back", async () => {
    const { rooms } = suite();
    const game = await createGame(rooms);
    const { roomId, processId } = await createRoom(game);
    await runWaitingProcesses(rooms.database, game.host);
    await endProcess(rooms.database, { processId, reason: "exited", exitCode: 1 });
    const answer = await getConnectionInfo(game.appId, roomId);
    expect(answer).toEqual({ status: 404, body: { message: "room is not running; resume it" } });
  });

  test("a room without a game server", async () => {
    const { rooms } = suite();
    const { application } = await createTenant(rooms.database);
    const { roomId } = await createCoreRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    const answer = await getConnectionInfo(application.appId, roomId);
    expect(answer).toEqual({ status: 404, body: { message: "room has no game server" } });
  });

  test("U+0000 in the application's id", async () => {
    expect((await getConnectionInfo("%00", "room-1")).status).toBe(404);
  });
});

test("422 for a roomId that cannot be one", async () => {
  const answer = await getConnectionInfo("app-1", "x".repeat(101));
  expect(answer).toEqual({ status: 422, body: { message: expect.stringMatching(/^roomId: 1 to 100 characters/) } });
});
