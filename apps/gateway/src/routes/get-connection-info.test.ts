import { RoomConnectionData } from "@roombridge/models/api";
import { createRoom as createCoreRoom, endProcess } from "@roombridge/rooms";
import { createTenant, runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { asCaller, createGame, read, useGateway, type Game } from "../../test/suite.ts";

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
