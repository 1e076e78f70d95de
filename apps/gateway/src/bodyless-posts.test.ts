import {
  closeRooms,
  createProcess,
  createRoom,
  createWebhook,
  listOrgTokens,
  suspendRoom,
  type RoomsContext,
} from "@roombridge/rooms";
import { createTestDatabase, createToken, openTestRooms, TEST_REGION, type TestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrangeStaticProcess } from "../test/arrange.ts";
import { exchange, statusesOf } from "../test/exchange.ts";
import { letPlayers } from "../test/players.ts";
import { spawnGateway, type SpawnedGateway } from "../test/spawn-gateway.ts";
import { createGame, type Game } from "../test/suite.ts";
import { OPERATIONS } from "./operations.ts";

// Every POST that takes no body, as real clients put it on the wire.
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

const SHAPES: readonly [string, string][] = [
  ["length 0 and no type, as of TypeScript", "Content-Length: 0\r\n\r\n"],
  ["JSON of length 0, as of Unreal", "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n"],
  ["JSON without any length", "Content-Type: application/json\r\n\r\n"],
  ["{}, as of Godot", "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"],
  ["chunks, none of them", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["what is no JSON", "Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{{{"],
];

const BODYLESS = OPERATIONS.flatMap(({ route }) =>
  route.method === "post" && route.request?.body === undefined ? [route] : [],
);

const WITH_OPTIONAL_BODY = OPERATIONS.flatMap(({ route }) => (route.request?.body?.required === false ? [route] : []));

/** The path with a region, a room that is suspended where that may be, and a process of the game. */
async function fill(path: string, game: Game, { isAsleep }: { isAsleep: boolean }): Promise<string> {
  const { application, appId } = game;
  const { orgId } = application;
  await letPlayers({ rooms, game });
  const { roomId } = await createRoom(rooms, { application, region: TEST_REGION });
  if (isAsleep) await suspendRoom(rooms, appId, roomId);
  const { processId } = path.includes("/static/")
    ? await arrangeStaticProcess({ rooms, game })
    : await createProcess(rooms, application, TEST_REGION);
  await createToken(rooms.database, orgId, []);
  const orgTokenId = (await listOrgTokens(rooms, orgId))[0]?.orgTokenId ?? "";
  const principal = { orgId, orgTokenId, scopes: null };
  const { webhookId } = await createWebhook(rooms, {
    application,
    principal,
    url: "https://hooks.example/",
    types: null,
  });
  const values: Readonly<Record<string, string>> = {
    appId,
    roomId,
    processId,
    region: TEST_REGION,
    orgId,
    orgTokenId,
    webhookId,
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

test("there are thirteen of them", () => {
  expect(BODYLESS.map(({ operationId }) => operationId).sort()).toEqual([
    "CreateProcess",
    "CreateProcessV2Deprecated",
    "DestroyRoom",
    "DestroyRoomDeprecated",
    "HeartbeatStaticProcess",
    "LoginAnonymous",
    "ResumeRoom",
    "RevokeOrgToken",
    "RotateWebhookSecret",
    "StopProcess",
    "StopProcessV2Deprecated",
    "SuspendRoomDeprecated",
    "SuspendRoomV2Deprecated",
  ]);
});

describe.each(BODYLESS)("$operationId", ({ path, responses }) => {
  test.each(SHAPES)("with %s succeeds, and the connection stays usable", async (_, end) => {
    const game = await createGame(rooms);
    const target = await fill(path, game, { isAsleep: true });
    expect(await statusesAfter(target, game, end)).toEqual([successOf(responses), 200]);
  });
});

test("two take a body that may be missing", () => {
  const optional = WITH_OPTIONAL_BODY.map(({ operationId }) => operationId);
  expect(optional).toEqual(["CreateIceServers", "DeregisterStaticProcess"]);
});

describe.each(WITH_OPTIONAL_BODY)("$operationId", ({ path, responses }) => {
  test.each(SHAPES)("with %s", async (what, end) => {
    const game = await createGame(rooms);
    const target = await fill(path, game, { isAsleep: false });
    const expected = what === "what is no JSON" ? 422 : successOf(responses);
    expect(await statusesAfter(target, game, end)).toEqual([expected, 200]);
  });
});

/** The answers to a POST that ends so, and to a second request on its connection. */
async function statusesAfter(target: string, { token }: Game, end: string): Promise<number[]> {
  const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
  const next = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  return statusesOf(await exchange(gateway.port, head + end + next));
}

function successOf(responses: object): number | undefined {
  return Object.keys(responses)
    .map(Number)
    .find((status) => status < 300);
}
