import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import {
  createTestDatabase,
  openTestRooms,
  startCountingProxy,
  TEST_REGION,
  type CountingProxy,
} from "@roombridge/testing";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrangeRunningRoom, runProcesses } from "../test/arrange.ts";
import { callerOf, type Caller } from "../test/caller.ts";
import { createGame, type Game } from "../test/suite.ts";
import { createApp } from "./app.ts";

/** Look-ups that are kept for seconds fall into some requests and not into others: the least of so many counts. */
const REQUESTS = 8;

let proxy: CountingProxy;
let rooms: RoomsContext;
let game: Game;
let caller: Caller;
let processId: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  proxy = await startCountingProxy(database.url);
  // One connection, so that each statement is prepared once.
  rooms = openTestRooms(proxy.url, {}, { maxConnections: 1 });
  close = async () => {
    await closeRooms(rooms);
    await proxy.close();
    await database.drop();
  };
  game = await createGame(rooms, { roomsPerProcess: 1_000 });
  ({ processId } = await arrangeRunningRoom({ rooms, game }));
  await runProcesses({ rooms, game });
  const app = createApp({ rooms, log: pino({ level: "silent" }), lifecycle: { isDraining: false } });
  caller = callerOf(app, game);
});
afterAll(() => close());

/** What one request asks of the database, without what it announces to others. */
async function countsOf(request: () => Promise<{ readonly status: number }>, status: number) {
  proxy.takeStatements();
  proxy.takeRoundTrips();
  expect((await request()).status).toBe(status);
  const all = proxy.takeStatements();
  const statements = all.filter((text) => !text.includes("pg_notify"));
  return {
    statements: statements.length,
    roundTrips: proxy.takeRoundTrips() - (all.length - statements.length),
  };
}

const get = (path: string) => () => caller.send("GET", path);
const post = (path: string) => () => caller.send("POST", path);

describe("a request costs one statement and one round trip", () => {
  test.each<{
    readonly name: string;
    readonly status: number;
    readonly before?: string;
    readonly request: (roomId: string) => () => Promise<{ readonly status: number }>;
  }>([
    {
      name: "create",
      status: 201,
      request: () => () => caller.send("POST", "/rooms/v2/{appId}/create", { region: TEST_REGION }),
    },
    { name: "connection info", status: 200, request: (id) => get(`/rooms/v2/{appId}/connectioninfo/${id}`) },
    { name: "info", status: 200, request: (id) => get(`/rooms/v2/{appId}/info/${id}`) },
    { name: "list-active", status: 200, request: () => get(`/rooms/v2/{appId}/list/${processId}/active`) },
    { name: "list", status: 200, request: () => get("/rooms/v2/{appId}/list?limit=2") },
    { name: "resume of a running room", status: 200, request: (id) => post(`/rooms/v2/{appId}/resume/${id}`) },
    {
      name: "resume of a suspended room",
      status: 200,
      before: "suspend",
      request: (id) => post(`/rooms/v2/{appId}/resume/${id}`),
    },
    { name: "suspend", status: 204, request: (id) => post(`/rooms/v2/{appId}/suspend/${id}`) },
    { name: "destroy", status: 204, request: (id) => post(`/rooms/v2/{appId}/destroy/${id}`) },
  ])("$name", async ({ status, before, request }) => {
    const counts: Awaited<ReturnType<typeof countsOf>>[] = [];
    for (let count = 0; count < REQUESTS; count += 1) {
      const { roomId } = await caller.createRoom();
      if (before !== undefined) await post(`/rooms/v2/{appId}/${before}/${roomId}`)();
      counts.push(await countsOf(request(roomId), status));
    }
    expect(Math.min(...counts.map(({ statements }) => statements))).toBe(1);
    expect(Math.min(...counts.map(({ roundTrips }) => roundTrips))).toBe(1);
  });
});

test("what is counted is each statement and each wait for an answer", async () => {
  const { sql } = rooms.database;
  await sql`select ${1}::integer`;
  proxy.takeStatements();
  proxy.takeRoundTrips();
  await sql.begin((transaction) => transaction`select ${2}::integer`);
  expect(proxy.takeStatements()).toEqual([
    expect.stringMatching(/^begin/i),
    "select $1::integer",
    expect.stringMatching(/^commit/i),
  ]);
  expect(proxy.takeRoundTrips()).toBe(3);
});

test("creates that arrive together share their statements, and so do destroys", async () => {
  await caller.createRoom();
  const callsOf = (name: string) => proxy.takeStatements().filter((text) => text.includes(name)).length;
  proxy.takeStatements();
  const created = await Promise.all(Array.from({ length: 64 }, () => caller.createRoom()));
  expect(callsOf("create_rooms")).toBeLessThanOrEqual(2);
  const answers = await Promise.all(created.map(({ roomId }) => post(`/rooms/v2/{appId}/destroy/${roomId}`)()));
  expect(answers.every(({ status }) => status === 204)).toBe(true);
  expect(callsOf("destroy_rooms")).toBeLessThanOrEqual(2);
});

test.each(["connectioninfo", "info"])(
  "reads of %s that arrive together share a statement and a round trip",
  async (name) => {
    const created = await Promise.all(Array.from({ length: 64 }, () => caller.createRoom()));
    const readAll = () =>
      Promise.all(created.map(({ roomId }) => caller.send("GET", `/rooms/v2/{appId}/${name}/${roomId}`)));
    // Prepares the statement, and looks the token and the application up.
    await readAll();
    proxy.takeStatements();
    proxy.takeRoundTrips();
    const answers = await readAll();
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      created.map(({ roomId }) => [200, expect.objectContaining({ roomId })]),
    );
    const counts = [proxy.takeStatements().length, proxy.takeRoundTrips()];
    for (const count of counts) expect(count).toBeLessThanOrEqual(2);
  },
);
