import { randomBytes } from "node:crypto";
import {
  clearRooms,
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  runWaitingProcesses,
  startApp,
  TEST_REGION,
  type App,
  type TestDatabase,
} from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient } from "../index.ts";

let database: TestDatabase;
let rooms: ReturnType<typeof openTestRooms>;
let gateway: App;
let serverUrl: string;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
  gateway = await startApp({
    path: "apps/gateway/src/main.ts",
    env: {
      DATABASE_URL: database.url,
      GATEWAY_PORT: "0",
      TURN_CREDENTIAL_KEYS: `test:${randomBytes(32).toString("base64")}`,
      TURN_URIS: "turn:127.0.0.1:3478?transport=udp",
      LOG_FORMAT: "json",
    },
    readyPattern: /"port":(\d+).*"gateway ready"/,
  });
  serverUrl = `http://127.0.0.1:${gateway.ready[1] ?? ""}`;
});

afterAll(async () => {
  await gateway.stop();
  await rooms.database.close();
  await database.drop();
});

/** A game with the only live host, which starts nothing by itself. */
async function play(settings: { roomsPerProcess?: number; maxProcesses?: number } = {}) {
  await clearRooms(rooms.database);
  const { application, token } = await createTenant(rooms.database);
  await createDeployment(rooms.database, application, settings);
  const host = await registerTestHost(rooms.database);
  await rooms.database.sql`update hosts set beat_at = 'infinity' where host_id = ${host.hostId}`;
  const { appId } = application;
  const { roomsV2 } = new RoombridgeClient({ serverUrl, token, appId });
  return { appId, token, roomsV2, runProcesses: () => runWaitingProcesses(rooms.database, host) };
}

describe("against the gateway", () => {
  test("a room is created, waited for, read and destroyed", async () => {
    const { appId, roomsV2, runProcesses } = await play();
    const created = await roomsV2.createRoom({ region: TEST_REGION, roomConfig: "{}", clientIPs: ["::1"] });
    expect(created).toEqual({
      roomId: expect.any(String),
      processId: expect.any(String),
      status: "starting",
      additionalExposedPorts: [],
      iceServers: [
        { urls: ["turn:127.0.0.1:3478?transport=udp"], username: expect.any(String), credential: expect.any(String) },
      ],
    });
    const waiting = roomsV2.waitUntilActive(created.roomId, { pollIntervalMs: 20 });
    await runProcesses();
    const exposedPort = { host: "127.0.0.1", port: 20_000, transportType: "tcp", name: "default" };
    expect(await waiting).toMatchObject({ status: "active", exposedPort });
    expect(await roomsV2.getConnectionInfo(created.roomId)).toMatchObject({ status: "active", exposedPort });

    const room = await roomsV2.getRoomInfo(created.roomId);
    expect(room).toMatchObject({ appId, status: "active", roomConfig: "{}" });
    expect(room.currentAllocation).toMatchObject({ processId: created.processId, unscheduledAt: null });
    expect(room.allocations[0]?.scheduledAt).toBeInstanceOf(Date);

    expect(await roomsV2.destroyRoom(created.roomId)).toBeUndefined();
    const tombstone = await roomsV2.getRoomInfo(created.roomId);
    expect(tombstone).toMatchObject({ status: "destroyed", currentAllocation: null, roomConfig: null });
    expect(tombstone.allocations[0]?.unscheduledAt).toBeInstanceOf(Date);
  });

  test("a roomId and the application may come with the call", async () => {
    const { appId, token } = await play();
    const { roomsV2 } = new RoombridgeClient({ serverUrl, token });
    expect(await roomsV2.createRoom({ region: TEST_REGION }, { appId, roomId: "mine" })).toMatchObject({
      roomId: "mine",
    });
    const error = await failureOf(roomsV2.createRoom({ region: TEST_REGION }, { appId, roomId: "mine" }));
    expect(error).toMatchObject({ code: "api", status: 400, message: "room mine already exists", isRetryable: false });
  });

  test("ids are percent-encoded: whatever is in them stays in its place", async () => {
    const { roomsV2 } = await play();
    for (const roomId of ["a/b c", "?x", "#", "%2F", "\u{1F3AE}"]) {
      expect(await failureOf(roomsV2.getRoomInfo(roomId))).toMatchObject({ status: 422 });
      expect(await failureOf(roomsV2.createRoom({ region: "Dallas" }, { roomId }))).toMatchObject({ status: 422 });
    }
  });

  test("refusals have status and the server's words", async () => {
    const { appId, roomsV2 } = await play({ roomsPerProcess: 1, maxProcesses: 1 });
    await roomsV2.createRoom({ region: TEST_REGION });
    const full = await failureOf(roomsV2.createRoom({ region: TEST_REGION }));
    expect(full).toMatchObject({ code: "api", status: 429, isRetryable: true, retryAfterSeconds: expect.any(Number) });
    const stranger = new RoombridgeClient({ serverUrl, token: "unknown", appId }).roomsV2;
    expect(await failureOf(stranger.destroyRoom("a"))).toMatchObject({
      status: 401,
      message: "the token is not valid",
    });
    expect(await failureOf(roomsV2.getConnectionInfo("gone"))).toMatchObject({ status: 404, message: "no room gone" });
    expect(await failureOf(roomsV2.createRoom({ region: "Moon" }))).toMatchObject({
      status: 422,
      message: expect.stringMatching(/^region: /),
    });
  });

  test("connection info needs no token", async () => {
    const { appId, roomsV2 } = await play();
    const { roomId } = await roomsV2.createRoom({ region: TEST_REGION });
    const player = new RoombridgeClient({ serverUrl, appId }).roomsV2;
    expect(await player.getConnectionInfo(roomId)).toMatchObject({ status: "starting" });
    expect(await failureOf(player.getRoomInfo(roomId))).toMatchObject({ status: 401 });
  });

  test("a server URL may have a path", async () => {
    const { appId, token } = await play();
    const proxy = await startStubServer((request, response) => {
      const target = `${serverUrl}${(request.url ?? "").replace("/base/api/", "/")}`;
      const headers = { authorization: request.headers.authorization ?? "" };
      const body = JSON.stringify({ region: TEST_REGION });
      void fetch(target, { method: "POST", headers, body }).then(async (answer) => {
        response.writeHead(answer.status).end(await answer.text());
      });
    });
    for (const base of ["/base/api", "/base/api/"]) {
      const { roomsV2 } = new RoombridgeClient({ serverUrl: proxy.url + base, token, appId });
      expect(await roomsV2.createRoom({ region: TEST_REGION })).toMatchObject({ status: "starting" });
    }
  });

  describe("waitUntilActive", () => {
    test("gives up at its deadline", async () => {
      const { roomsV2 } = await play();
      const { roomId } = await roomsV2.createRoom({ region: TEST_REGION });
      const error = await failureOf(roomsV2.waitUntilActive(roomId, { timeoutMs: 100, pollIntervalMs: 10 }));
      expect(error.code).toBe("timeout");
    });

    test("ends at once when the room cannot become active", async () => {
      const { roomsV2 } = await play();
      expect(await failureOf(roomsV2.waitUntilActive("unknown"))).toMatchObject({ code: "api", status: 404 });
    });

    test("ends when the caller aborts", async () => {
      const { roomsV2 } = await play();
      const { roomId } = await roomsV2.createRoom({ region: TEST_REGION });
      const abort = new AbortController();
      const waiting = failureOf(roomsV2.waitUntilActive(roomId, { pollIntervalMs: 60_000, signal: abort.signal }));
      await roomsV2.getConnectionInfo(roomId);
      abort.abort();
      expect((await waiting).code).toBe("aborted");
    });
  });
});
