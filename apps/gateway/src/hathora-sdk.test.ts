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
  const sdk = (hathoraDevToken: string) =>
    new HathoraCloud({ serverURL: gateway.url, hathoraDevToken, appId: game.appId }).roomsV2;
  return { ...game, sdk, api: sdk(game.token) };
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
