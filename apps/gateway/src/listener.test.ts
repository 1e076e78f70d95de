import { closeRooms, createRoom, type RoomsContext } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms, TEST_REGION, type TestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exchange, statusesOf } from "../test/exchange.ts";
import { spawnGateway, type SpawnedGateway } from "../test/spawn-gateway.ts";
import { createGame } from "../test/suite.ts";

// What real clients put on the wire, byte for byte.
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

describe("a POST without a body", () => {
  test.each([
    ["TypeScript: length 0, no type", "Content-Length: 0\r\n\r\n"],
    ["Unreal: JSON of length 0", "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n"],
    ["Unreal: JSON without any length", "Content-Type: application/json\r\n\r\n"],
    ["Godot: {}", "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"],
    ["chunks, none of them", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ])("%s: the room is destroyed and the connection stays usable", async (_, end) => {
    const { application, appId, token } = await createGame(rooms);
    const { roomId } = await createRoom(rooms, { application, region: TEST_REGION });
    const head = `POST /rooms/v2/${appId}/destroy/${roomId} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
    const next = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    expect(statusesOf(await exchange(gateway.port, head + end + next))).toEqual([204, 200]);
  });
});

test("HEAD has the status and headers of GET, no body, and the connection stays usable", async () => {
  const { application, appId } = await createGame(rooms);
  const { roomId } = await createRoom(rooms, { application, region: TEST_REGION });
  const path = `/rooms/v2/${appId}/connectioninfo/${roomId}`;
  const received = await exchange(
    gateway.port,
    `HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\nHEAD /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  expect(statusesOf(received)).toEqual([200, 404]);
  expect(received.toLowerCase()).toContain("content-type: application/json");
  expect(received).not.toContain("{");
});

test("a preflight is answered over the wire too", async () => {
  const head =
    "OPTIONS /rooms/v2/app-1/connectioninfo/room-1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://a.example\r\n";
  const received = await exchange(gateway.port, `${head}Access-Control-Request-Method: GET\r\n\r\n`);
  expect(statusesOf(received)).toEqual([204]);
  expect(received.toLowerCase()).toContain("access-control-allow-origin: *");
});

test("Unreal's GET with an empty JSON body is answered", async () => {
  const head = "GET /rooms/v2/app-1/connectioninfo/unknown HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  const received = await exchange(gateway.port, `${head}Content-Type: application/json\r\nContent-Length: 0\r\n\r\n`);
  expect(statusesOf(received)).toEqual([404]);
});
