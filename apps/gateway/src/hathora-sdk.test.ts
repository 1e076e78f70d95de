import { HathoraCloud } from "@hathora/cloud-sdk-typescript";
import { ApiError } from "@hathora/cloud-sdk-typescript/models/errors/apierror.js";
import { closeRooms, endProcess, type RoomsContext } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms, runWaitingProcesses, type TestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { spawnGateway, type SpawnedGateway } from "../test/spawn-gateway.ts";
import { createGame } from "../test/suite.ts";

// The published SDK 2.25.6, unchanged, against the gateway as a process. It validates every answer.
let database: TestDatabase;
let rooms: RoomsContext;
let gateway: SpawnedGateway;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
  gateway = await spawnGateway(database.url);
});

afterAll(async () => {
  await gateway.app.stop();
  await closeRooms(rooms);
  await database.drop();
});

async function play(settings: Parameters<typeof createGame>[1] = {}) {
  const game = await createGame(rooms, settings);
  const whole = (hathoraDevToken: string) =>
    new HathoraCloud({ serverURL: gateway.url, hathoraDevToken, appId: game.appId });
  const sdk = (hathoraDevToken: string) => whole(hathoraDevToken).roomsV2;
  const { processesV2, processesV3, roomsV1, roomsV2 } = whole(game.token);
  const run = () => runWaitingProcesses(rooms.database, game.host);
  return { ...game, sdk, api: roomsV2, processesV2, processesV3, roomsV1, run };
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiError) return error;
  throw new Error("the SDK should have thrown its ApiError", { cause: error });
}

describe.each(["Sao_Paulo", "Dallas"] as const)("a room in %s", (region) => {
  test("is created, polled to active, read, and destroyed", async () => {
    const { api, host, appId } = await play();
    const created = await api.createRoom({ region, roomConfig: '{"mode":"duel"}' });
    expect(created).toMatchObject({ status: "starting", additionalExposedPorts: [] });
    expect(created.exposedPort).toBeUndefined();
    expect(await api.getConnectionInfo(created.roomId)).toMatchObject({ roomId: created.roomId, status: "starting" });

    await runWaitingProcesses(rooms.database, host);
    const active = await api.getConnectionInfo(created.roomId);
    expect(active).toMatchObject({
      status: "active",
      exposedPort: { host: "127.0.0.1", transportType: "tcp", name: "default" },
    });

    const { processId } = created;
    const info = await api.getRoomInfo(created.roomId);
    expect(info).toMatchObject({
      appId,
      status: "active",
      roomConfig: '{"mode":"duel"}',
      currentAllocation: { processId },
    });
    expect(info.allocations[0]?.scheduledAt).toBeInstanceOf(Date);

    expect(await api.destroyRoom(created.roomId)).toBeUndefined();
    expect(await api.getRoomInfo(created.roomId)).toMatchObject({ status: "destroyed", currentAllocation: null });
  });
});

test("a room on a running process is active in the answer of create, with the caller's roomId", async () => {
  const { api, host, appId } = await play();
  await api.createRoom({ region: "Tokyo" });
  await runWaitingProcesses(rooms.database, host);
  const created = await api.createRoom({ region: "Tokyo", clientIPs: ["123.123.123.123"] }, appId, "my-room_1");
  expect(created).toMatchObject({ roomId: "my-room_1", status: "active", exposedPort: { port: 20_000 } });
});

test("a room is suspended, woken by a player, suspended and resumed, with another config in between", async () => {
  const { api, run } = await play();
  const { roomId, processId } = await api.createRoom({ region: "Tokyo", roomConfig: "first" });
  await run();
  expect(await api.suspendRoomV2Deprecated(roomId)).toBeUndefined();
  expect(await api.getRoomInfo(roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
  expect(await api.getConnectionInfo(roomId)).toMatchObject({ roomId, status: "active" });
  await api.suspendRoomV2Deprecated(roomId);
  expect(await api.updateRoomConfig(roomId, { roomConfig: "second" })).toBeUndefined();
  expect(await api.resumeRoom(roomId)).toMatchObject({ roomId, processId, status: "active", exposedPort: {} });
  expect(await api.getRoomInfo(roomId)).toMatchObject({ status: "active", roomConfig: "second" });
});

test("a room that is resumed on a new process is polled to its port with nothing but ResumeRoom", async () => {
  const { api, run } = await play({ roomsPerProcess: 1 });
  const { roomId } = await api.createRoom({ region: "Tokyo" });
  await api.suspendRoomV2Deprecated(roomId);
  await api.createRoom({ region: "Tokyo" });
  const starting = await api.resumeRoom(roomId);
  expect(starting).toMatchObject({ status: "starting", additionalExposedPorts: [] });
  expect(starting.exposedPort).toBeUndefined();
  await run();
  expect(await api.resumeRoom(roomId)).toMatchObject({
    processId: starting.processId,
    exposedPort: { name: "default" },
  });
});

test("the lists of a process have its rooms, and those that have left it", async () => {
  const { api, appId } = await play();
  const { processId } = await api.createRoom({ region: "Tokyo" }, appId, "stays");
  await api.createRoom({ region: "Tokyo" }, appId, "leaves");
  await api.suspendRoomV2Deprecated("leaves");
  const active = await api.getActiveRoomsForProcess(processId);
  expect(active).toMatchObject([{ roomId: "stays", status: "active", currentAllocation: { processId } }]);
  expect(active[0]?.currentAllocation?.scheduledAt).toBeInstanceOf(Date);
  const inactive = await api.getInactiveRoomsForProcess(processId);
  expect(inactive).toMatchObject([{ roomId: "leaves", status: "scheduling", currentAllocation: null }]);
});

test("a process is created, found, counted and stopped", async () => {
  const { processesV3, appId, deploymentId, run } = await play();
  const created = await processesV3.createProcess("Tokyo");
  const { processId } = created;
  expect(created).toMatchObject({ appId, deploymentId, region: "Tokyo", status: "starting", exposedPort: null });
  expect(created.createdAt).toBeInstanceOf(Date);
  await run();
  const running = await processesV3.getProcess(processId);
  expect(running).toMatchObject({ status: "running", exposedPort: { port: 20_000 }, terminatedAt: null });
  expect(running.startedAt).toBeInstanceOf(Date);
  const other = await processesV3.createProcess("Dallas");
  const both = await processesV3.getLatestProcesses(appId, ["running", "starting"], ["Tokyo", "Dallas"]);
  expect(both.map((process) => process.processId)).toEqual([other.processId, processId]);
  const earlier = await processesV3.getLatestProcesses(appId, undefined, undefined, Date.now() + 60_000.5);
  expect(earlier).toHaveLength(2);
  expect(await processesV3.getProcessesCountExperimental(appId, ["running"], ["Tokyo"])).toEqual({ count: 1 });
  expect(await processesV3.stopProcess(processId)).toBeUndefined();
  expect(await processesV3.getProcess(processId)).toMatchObject({ status: "stopping" });
  await endProcess(rooms.database, { processId, reason: "exited", exitCode: 0 });
  expect(await processesV3.getProcess(processId)).toMatchObject({ summaryExitReason: "stopped on request" });
});

test("ProcessesV2 knows the same processes, with numbers for deployments", async () => {
  const { processesV2, appId } = await play();
  const created = await processesV2.createProcessV2Deprecated("Tokyo");
  const { processId } = created;
  expect(created).toMatchObject({ appId, status: "starting", exposedPort: null, deploymentId: expect.any(Number) });
  expect(await processesV2.getProcessInfoV2Deprecated(processId)).toEqual(created);
  expect(await processesV2.getLatestProcessesV2Deprecated(appId, ["starting"], ["Tokyo"])).toEqual([created]);
  const count = await processesV2.getProcessesCountExperimentalV2Deprecated(appId, ["starting"], ["Tokyo"]);
  expect(count).toEqual({ count: 1 });
  expect(await processesV2.stopProcessV2Deprecated(processId)).toBeUndefined();
});

test("RoomsV1 knows the same rooms", async () => {
  const { roomsV1, api, appId, run } = await play();
  expect(await roomsV1.createRoomDeprecated({ region: "Tokyo" }, appId, "my-room")).toBe("my-room");
  expect(await roomsV1.getConnectionInfoDeprecated("my-room")).toEqual({ roomId: "my-room", status: "starting" });
  await run();
  expect(await roomsV1.getConnectionInfoDeprecated("my-room")).toEqual({
    roomId: "my-room",
    status: "active",
    transportType: "tcp",
    host: "127.0.0.1",
    port: 20_000,
  });
  const info = await roomsV1.getRoomInfoDeprecated("my-room");
  expect(info).toEqual(await api.getRoomInfo("my-room"));
  const processId = info.currentAllocation?.processId ?? "";
  expect(await roomsV1.getActiveRoomsForProcessDeprecated(processId)).toMatchObject([{ roomId: "my-room" }]);
  expect(await roomsV1.suspendRoomDeprecated("my-room")).toBeUndefined();
  expect(await roomsV1.getInactiveRoomsForProcessDeprecated(processId)).toMatchObject([{ roomId: "my-room" }]);
  expect(await roomsV1.destroyRoomDeprecated("my-room")).toBeUndefined();
});

describe("every refusal is the SDK's ApiError with its status and our words", () => {
  test("400 for a taken roomId", async () => {
    const { api, appId } = await play();
    await api.createRoom({ region: "Tokyo" }, appId, "taken");
    const error = await failureOf(api.createRoom({ region: "Tokyo" }, appId, "taken"));
    expect([error.statusCode, error.message]).toEqual([400, "room taken already exists"]);
  });

  test("400 for a game server that did not start", async () => {
    const { api } = await play();
    const { roomId } = await api.createRoom({ region: "Tokyo" });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { currentAllocation } = await api.getRoomInfo(roomId);
      await endProcess(rooms.database, { processId: currentAllocation?.processId ?? "", reason: "port_taken" });
    }
    const error = await failureOf(api.getConnectionInfo(roomId));
    expect([error.statusCode, error.message]).toEqual([400, "the game server did not start"]);
  });

  test("401 for a bad token", async () => {
    const { sdk } = await play();
    const api = sdk("hathora_org_st_unknown_00");
    const calls = [api.createRoom({ region: "Tokyo" }), api.getRoomInfo("a"), api.destroyRoom("a")];
    for (const { statusCode } of await Promise.all(calls.map(failureOf))) expect(statusCode).toBe(401);
  });

  test("404 for an unknown room, a foreign application and a foreign deployment", async () => {
    const other = await play();
    const { api } = await play();
    const calls = [
      api.getRoomInfo("unknown"),
      api.getConnectionInfo("unknown"),
      api.destroyRoom("unknown"),
      api.createRoom({ region: "Tokyo" }, other.appId),
      api.createRoom({ region: "Tokyo", deploymentId: other.deploymentId }),
    ];
    for (const { statusCode } of await Promise.all(calls.map(failureOf))) expect(statusCode).toBe(404);
  });

  test("422 for an unknown region and for odd roomIds, percent-encoded by the SDK", async () => {
    const { api, appId } = await play();
    const calls = [
      api.createRoom({ region: "Moon" as "Tokyo" }),
      api.createRoom({ region: "Tokyo" }, appId, "a/b c"),
      api.createRoom({ region: "Tokyo", roomConfig: "x".repeat(10_001) }),
      api.getRoomInfo("a/b c"),
      api.getConnectionInfo("x".repeat(101)),
    ];
    for (const { statusCode, message } of await Promise.all(calls.map(failureOf))) {
      expect(statusCode).toBe(422);
      expect(message).toMatch(/^(region|roomId|roomConfig): /);
    }
  });

  test("429 with Retry-After when everything is full", async () => {
    const { api } = await play({ roomsPerProcess: 1, maxProcesses: 1 });
    await api.createRoom({ region: "Tokyo" });
    const error = await failureOf(api.createRoom({ region: "Tokyo" }));
    expect(error.statusCode).toBe(429);
    expect(Number(error.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  });

  test("500 when the database is gone", async () => {
    const lost = await createTestDatabase();
    const broken = await spawnGateway(lost.url);
    await lost.drop();
    const { roomsV2 } = new HathoraCloud({ serverURL: broken.url, hathoraDevToken: "any", appId: "app-1" });
    const error = await failureOf(roomsV2.createRoom({ region: "Tokyo" }));
    expect([error.statusCode, error.message]).toEqual([500, expect.stringContaining("(request ")]);
    await broken.app.stop();
  });
});
