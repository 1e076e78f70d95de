import { randomUUID } from "node:crypto";
import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms, type TestDatabase } from "@roombridge/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exchange, statusesOf } from "../test/exchange.ts";
import { spawnGateway, type SpawnedGateway } from "../test/spawn-gateway.ts";
import { createGame, type Game } from "../test/suite.ts";
import { OPERATIONS } from "./operations.ts";

let database: TestDatabase;
let rooms: RoomsContext;
let gateway: SpawnedGateway;
let game: Game;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
  gateway = await spawnGateway(database.url);
  game = await createGame(rooms);
});

afterAll(async () => {
  await gateway.app.stop();
  await closeRooms(rooms);
  await database.drop();
});

async function statusOf(bytes: string | Buffer): Promise<number | undefined> {
  return statusesOf(await exchange(gateway.port, bytes))[0];
}

function create(body: Buffer | string, { path = `/rooms/v2/${game.appId}/create`, headers = "" } = {}): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${game.token}\r\n${headers}`;
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
}

const anyJson = fc.jsonValue({ maxDepth: 4, noUnicodeString: false });
const nearlyRight = fc.record(
  {
    region: fc.oneof(fc.constantFrom("Dallas", "Sao_Paulo", "dallas", "", "\u0000"), anyJson),
    roomConfig: fc.oneof(fc.string({ unit: "binary", maxLength: 10_100 }), anyJson),
    clientIPs: fc.oneof(fc.array(fc.string({ unit: "binary" })), anyJson),
    deploymentId: fc.oneof(fc.constant(undefined), fc.string({ unit: "binary" }), anyJson),
    __proto__: anyJson,
  },
  { requiredKeys: [] },
);

test("no body makes create answer 5xx: bytes, JSON of any shape, nearly right ones", async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    anyJson.map((value) => JSON.stringify(value)),
    nearlyRight.map((value) => JSON.stringify(value)),
    nearlyRight.map((value) => JSON.stringify(value).slice(0, -1)),
  );
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      expect([201, 400, 404, 422, 429]).toContain(await statusOf(create(bytes)));
    }),
    { numRuns: 200 },
  );
});

test("no path or query makes any operation answer 5xx", async () => {
  const segment = fc.oneof(
    fc.string({ unit: "binary", maxLength: 120 }).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.stringMatching(/^[!$&-;=@-~]{0,120}$/),
    fc.constantFrom("%00", "%", "%zz", "%ff", "%2F", "..", ".", "%2e%2e", "", "\\", "a".repeat(3_000)),
    fc.constantFrom("Tokyo", "running", "active", "0", "-1", "1e999", "8640000000000000", "Tokyo,,Moon", randomUUID()),
  );
  const parameter = fc.constantFrom("roomId", "state", "status", "region", "before", "limit", "cursor");
  const query = fc.array(
    fc.tuple(parameter, segment).map((pair) => pair.join("=")),
    { maxLength: 3 },
  );
  const template = fc.constantFrom(...OPERATIONS.map(({ route }) => route.path));
  const appId = fc.oneof(fc.constant("the game's own"), segment);
  const path = fc.tuple(template, appId, segment, query).map(([operation, app, value, pairs]) => {
    const owned = operation.replace("{appId}", () => (app === "the game's own" ? game.appId : app));
    return `${owned.replace(/\{\w+\}/, () => value)}?${pairs.join("&")}`;
  });
  const method = fc.constantFrom("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE");
  await fc.assert(
    fc.asyncProperty(method, path, async (verb, target) => {
      const request = `${verb} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${game.token}\r\n\r\n`;
      const status = await statusOf(request);
      expect([200, 201, 204, 400, 401, 404, 405, 422, 429]).toContain(status);
    }),
    { numRuns: 600 },
  );
});

test.each([
  ["garbage", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400],
  ["no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
  ["a Host that is none", "GET /healthz HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n", 400],
  ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400],
  ["a foreign URL", "GET http://a.example/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200],
  ["HTTP/1.0 without Host", "GET /healthz HTTP/1.0\r\n\r\n", 200],
  ["headers without end", `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ["two lengths", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
  [
    "a length and chunks",
    "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
])("broken HTTP is refused: %s", async (_, bytes, status) => {
  expect(await statusOf(bytes)).toBe(status);
});

test("a body that is too long is refused with 422 whether or not it tells its length", async () => {
  const long = `{"region":"Dallas"${" ".repeat(70_000)}}`;
  expect(await exchange(gateway.port, create(long))).toMatch(/^HTTP\/1\.1 422 [\s\S]*at most 65536 bytes/);
  const head = `POST /rooms/v2/${game.appId}/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${game.token}\r\n`;
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`;
  expect(await exchange(gateway.port, chunked)).toMatch(/^HTTP\/1\.1 422 [\s\S]*at most 65536 bytes/);
});

test("a chunked body is read like any other", async () => {
  const head = `POST /rooms/v2/${game.appId}/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${game.token}\r\n`;
  const chunks = '8\r\n{"region\r\na\r\n":"Dallas"\r\n1\r\n}\r\n0\r\n\r\n';
  const status = await statusOf(`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
  expect([201, 429]).toContain(status);
});

test("JSON nested 30,000 deep does no harm", async () => {
  const deep = `{"region":"Moon","x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  expect(await statusOf(create(deep))).toBe(422);
});

test("after all of it nothing was logged as an error, and the gateway serves", async () => {
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  expect(gateway.app.output()).not.toMatch(/"level":"(error|fatal)"/);
});
