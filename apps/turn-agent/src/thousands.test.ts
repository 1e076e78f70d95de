import { beatTurnServer, type Database, openDatabase } from "@roombridge/rooms";
import { createTestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { FAKE_PASSWORD, fakeCommandLine, type FakeCommandLine } from "../test/fake-command-line.ts";
import { CliConnection } from "./cli/cli-connection.ts";
import type { RelaySession } from "./cli/session-listing.ts";
import { cutRoom, reconcile } from "./reconcile.ts";
import { UsageRecorder } from "./usage.ts";

const ROOMS = 50;
const PLAYERS = 60;

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const created = await createTestDatabase();
  drop = created.drop;
  database = openDatabase({ url: created.url, applicationName: "thousands test", maxConnections: 2 });
  const { sql } = database;
  await sql`
    insert into rooms (room_key, app_id, room_id, state, region)
    select key, 'app', key, 'active', 'Dallas' from unnest(${roomKeys()}::text[]) key`;
  await sql`
    insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, expires_at)
    select username, split_part(username, '.', 1), 'p', 'roombridge', repeat('0', 32), 'k', clock_timestamp() + interval '1 hour'
      from unnest(${usernames()}::text[]) username`;
});
afterAll(async () => {
  await database.close();
  await drop();
});

test("of thousands of sessions those are cut whose credentials are dead", async () => {
  const { line, connection } = await open();
  const [first = "", second = ""] = roomKeys();
  await database.sql`update turn_credentials set revoked_at = clock_timestamp() where room_key = ${first}`;
  await database.sql`
    update turn_credentials set suspended_at = clock_timestamp()
     where username = any (${usernames()
       .filter((name) => name.startsWith(second))
       .slice(0, 7)}::text[])`;
  onTestFinished(
    async () => void (await database.sql`update turn_credentials set revoked_at = null, suspended_at = null`),
  );

  const { sessions, cut } = await reconcile(connection, database);
  expect(sessions).toBe(ROOMS * PLAYERS);
  expect(cut).toHaveLength(PLAYERS + 7);
  expect(line.sessions.size).toBe(ROOMS * PLAYERS - PLAYERS - 7);
  expect([...line.sessions.values()].filter(({ username }) => username.startsWith(first))).toEqual([]);
  expect((await reconcile(connection, database)).cut).toEqual([]);
  expect(line.commands.filter((command) => command.startsWith("cs"))).toHaveLength(PLAYERS + 7);
});

test("a room with more sessions than coturn prints is cut all the same", async () => {
  const { line, connection } = await open({ limit: 20 });
  const [first = ""] = roomKeys();
  await database.sql`update turn_credentials set revoked_at = clock_timestamp() where room_key = ${first}`;
  onTestFinished(async () => void (await database.sql`update turn_credentials set revoked_at = null`));
  expect(await cutRoom(connection, database, first)).toHaveLength(PLAYERS);
  expect(line.sessions.size).toBe((ROOMS - 1) * PLAYERS);
});

test("nobody is cut when the database fails", async () => {
  const { line, connection } = await open();
  const away = openDatabase({ url: "postgres://nobody@127.0.0.1:1/none", applicationName: "thousands test" });
  onTestFinished(() => away.close());
  const [first = ""] = roomKeys();
  await expect(cutRoom(connection, away, first)).rejects.toThrow("ECONNREFUSED");
  await expect(reconcile(connection, away)).rejects.toThrow("ECONNREFUSED");
  expect(line.commands.filter((command) => command.startsWith("cs"))).toEqual([]);
});

test("usage of thousands is written in slices, and what is missing has ended", async () => {
  const { line, connection } = await open();
  const relay = { serverId: "relay", regions: [], uris: [], realm: "roombridge", version: null };
  await beatTurnServer(database, { ...relay, sessions: 0, isDraining: false, isHealthy: true, canaryMs: 1 });
  const recorder = new UsageRecorder({ cli: { use: (work) => work(connection) }, database, serverId: "relay" });
  await recorder.round(line.sessions.size);
  // No listing is long: a cut never has to wait for one.
  expect(line.commands.filter((command) => command.startsWith("psp")).length).toBeGreaterThan(30);
  const counted = async () => {
    const [row] = await database.sql<{ running: number; received: number }[]>`
      select (count(*) filter (where ended_at is null))::integer as running, sum(received_bytes)::float8 as received
        from turn_sessions`;
    return row;
  };
  const sum = [...line.sessions.values()].reduce((total, { receivedBytes }) => total + receivedBytes, 0);
  expect(await counted()).toEqual({ running: ROOMS * PLAYERS, received: sum });

  const gone = [...line.sessions.values()].slice(0, 100);
  for (const { id } of gone) line.sessions.delete(id);
  await recorder.round(line.sessions.size);
  await recorder.round(line.sessions.size);
  expect(await counted()).toEqual({ running: ROOMS * PLAYERS - 100, received: sum });
});

async function open(options?: { limit?: number }): Promise<{ line: FakeCommandLine; connection: CliConnection }> {
  const line = await fakeCommandLine(options);
  onTestFinished(() => line.close());
  for (const [index, username] of usernames().entries()) {
    const session: RelaySession = {
      id: String(index + 1).padStart(18, "0"),
      username,
      ageSeconds: 60,
      receivedBytes: index,
      sentBytes: 1,
    };
    line.sessions.set(session.id, session);
  }
  const connection = await CliConnection.open({ host: "127.0.0.1", port: line.port }, FAKE_PASSWORD);
  onTestFinished(() => connection.close());
  return { line, connection };
}

function roomKeys(): string[] {
  return Array.from({ length: ROOMS }, (_, index) => `room${String(index).padStart(12, "0")}`);
}

/** The random part begins with every letter that it may begin with. */
function usernames(): string[] {
  return roomKeys().flatMap((key, room) =>
    Array.from(
      { length: PLAYERS },
      (_, player) => `${key}.${((room + player) % 36).toString(36)}${String(player).padStart(15, "0")}`,
    ),
  );
}
