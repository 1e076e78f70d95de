import { ApiError, ConnectionInfoV2, Room, RoomConnectionData } from "@roombridge/models/api";
import { runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { asCaller, createGame, useGateway } from "../test/suite.ts";

// Eight answers that the published SDK refuses although they look right. None may ever leave this gateway.
const suite = useGateway();

/** Every kind of answer, as bytes on the wire: created cold and warm, read, destroyed, refused. */
async function answers() {
  const { app, rooms } = suite();
  const { appId, token, host } = await createGame(rooms);
  const base = `/rooms/v2/${appId}`;
  const send = async (method: "GET" | "POST", path: string, body?: object) => {
    const init = { method, headers: asCaller(token), ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await app.request(base + path, init);
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      json: text === "" ? undefined : JSON.parse(text),
    };
  };
  const cold = await send("POST", "/create?roomId=cold", { region: TEST_REGION });
  const starting = await send("GET", "/connectioninfo/cold");
  await runWaitingProcesses(rooms.database, host);
  const warm = await send("POST", "/create?roomId=warm", { region: TEST_REGION });
  const active = await send("GET", "/connectioninfo/warm");
  const info = await send("GET", "/info/cold");
  const destroyed = await send("POST", "/destroy/cold");
  const tombstone = await send("GET", "/info/cold");
  const invalid = await send("POST", "/create", { region: "Moon" });
  const missing = await send("GET", "/info/unknown");
  return { cold, warm, starting, active, info, tombstone, destroyed, invalid, missing };
}

test("1: exposedPort is left out while the process starts, never null", async () => {
  const { cold, starting, warm, active } = await answers();
  for (const { json } of [cold, starting]) expect(json).not.toHaveProperty("exposedPort");
  for (const { json } of [warm, active]) expect(json.exposedPort).toMatchObject({ name: "default" });
});

test("2: create answers 201 and destroy 204 without a body", async () => {
  const { cold, warm, destroyed } = await answers();
  expect([cold.status, warm.status, destroyed.status, destroyed.json]).toEqual([201, 201, 204, undefined]);
});

test("3 and 4: create always has processId and additionalExposedPorts", async () => {
  const { cold, warm } = await answers();
  for (const { json } of [cold, warm])
    expect(json).toMatchObject({ processId: expect.any(String), additionalExposedPorts: [] });
});

test("5: whatever has a body is application/json, errors too", async () => {
  const { destroyed, ...others } = await answers();
  expect(destroyed.type).toBeNull();
  for (const { type } of Object.values(others)) expect(type).toBe("application/json");
});

test("6: an error has exactly a message", async () => {
  const { invalid, missing } = await answers();
  expect([invalid.status, missing.status]).toEqual([422, 404]);
  for (const { json } of [invalid, missing]) expect(json).toEqual({ message: expect.stringMatching(/./) });
});

test("7: currentAllocation is present, also when it is null", async () => {
  const { info, tombstone } = await answers();
  expect(info.json.currentAllocation).toMatchObject({ unscheduledAt: null });
  expect(tombstone.json).toHaveProperty("currentAllocation", null);
});

test("8: dates are ISO 8601 with Z", async () => {
  const { tombstone } = await answers();
  const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(tombstone.json.allocations).toEqual([expect.objectContaining({ scheduledAt: date, unscheduledAt: date })]);
});

const port = { transportType: "tcp", port: 1, host: "a", name: "default" };
const connection = { roomId: "r", status: "active", exposedPort: port, additionalExposedPorts: [] };
const created = { ...connection, processId: "p", iceServers: [] };
const allocation = {
  roomAllocationId: "a",
  processId: "p",
  scheduledAt: "2026-05-06T10:00:00.000Z",
  unscheduledAt: null,
};
const room = {
  appId: "a",
  roomId: "r",
  status: "active",
  roomConfig: null,
  currentAllocation: allocation,
  allocations: [allocation],
};

test.each<[string, z.ZodType, Record<string, unknown>, unknown]>([
  ["a null exposedPort", ConnectionInfoV2, connection, { ...connection, exposedPort: null }],
  ["a missing processId", RoomConnectionData, created, { ...created, processId: undefined }],
  ["missing additionalExposedPorts", RoomConnectionData, created, { ...created, additionalExposedPorts: undefined }],
  ["an error without a message", ApiError, { message: "no" }, { error: "no" }],
  ["a missing currentAllocation", Room, room, { ...room, currentAllocation: undefined }],
  ["an epoch date", Room, room, { ...room, allocations: [{ ...allocation, scheduledAt: 1778061600 }] }],
  ["a status outside the closed list", Room, room, { ...room, status: "suspended" }],
])("the schema that types our answers refuses %s", (_, schema, good, bad) => {
  expect(schema.safeParse(good).success).toBe(true);
  expect(schema.safeParse(bad).success).toBe(false);
});
