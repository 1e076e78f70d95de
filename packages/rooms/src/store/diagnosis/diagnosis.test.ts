import { randomUUID } from "node:crypto";
import { createDeployment, createTenant, registerTestHost, TEST_REGION } from "@roombridge/testing";
import type postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { useRooms } from "../../../test/setup.ts";
import { createRoom } from "../../create-room.ts";
import { openHousekeepingLock } from "../advisory-holder.ts";
import { grantCoturnAccess } from "../coturn-access.ts";
import { openDatabase } from "../database.ts";
import { readSchemaState } from "../migrate.ts";
import { beatTurnServer, retireTurnServer } from "../turn-servers.ts";
import { readBacklogFacts } from "./backlog-facts.ts";
import { hearsNotifications } from "./hears-notifications.ts";
import { readHostingFacts } from "./hosting-facts.ts";
import { countCredentialsByKey, readRelayFacts } from "./relay-facts.ts";
import { readRoleFacts } from "./role-facts.ts";
import { readServerFacts } from "./server-facts.ts";
import { readHoldFacts } from "./session-facts.ts";

const suite = useRooms();

test("the server tells its version and what the apps' sessions are given", async () => {
  const facts = await readServerFacts(suite().rooms.database);
  expect(facts).toMatchObject({ isReplica: false, statementTimeoutMs: 15_000, isolation: "read committed" });
  expect(facts.versionNumber).toBeGreaterThanOrEqual(150_000);
  expect(facts.maxConnections).toBeGreaterThan(facts.connections);
});

test("a transaction that stays open and a session that waits for its lock are seen", async () => {
  const { database } = suite().rooms;
  const holder = connect();
  const waiter = connect();
  const table = `held_${randomUUID().slice(0, 8)}`;
  await database.sql`create table ${database.sql(table)} ()`;
  const held = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const holding = holder.begin(async (tx) => {
    await tx`lock table ${tx(table)}`;
    held.resolve();
    await done.promise;
  });
  await held.promise;
  const waiting = waiter`select from ${waiter(table)}`.execute();
  const facts = await readHoldFacts(database, 0);
  expect(facts.transactions).toContainEqual(expect.objectContaining({ state: "idle in transaction" }));
  expect((await readHoldFacts(database, 3_600)).transactions).toEqual([]);
  done.resolve();
  await Promise.all([holding, waiting]);
});

test("a schema is the same as this release's, older, newer, or missing", async () => {
  const { database } = suite().rooms;
  expect(await readSchemaState(database)).toBe("same");
  await database.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('next', 9000000000000)`;
  expect(await readSchemaState(database)).toBe("newer");
  await database.sql`create table kept as table drizzle.__drizzle_migrations`;
  await database.sql`delete from drizzle.__drizzle_migrations where created_at > 1`;
  expect(await readSchemaState(database)).toBe("missing");
  await database.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('first', 1)`;
  expect(await readSchemaState(database)).toBe("older");
  await database.sql`delete from drizzle.__drizzle_migrations`;
  await database.sql`insert into drizzle.__drizzle_migrations select * from kept where hash <> 'next'`;
});

test("notifications come through a direct connection", async () => {
  expect(await hearsNotifications(suite().databaseUrl)).toBe(true);
});

test("the role of coturn has nothing but its views, and whatever else it is given is told", async () => {
  const { sql } = suite().rooms.database;
  const role = `coturn_${randomUUID().slice(0, 8)}`;
  const { database } = suite().rooms;
  expect(await readRoleFacts(database, role)).toBeUndefined();
  await grantCoturnAccess(sql, {
    role,
    password: "a password",
    database: new URL(suite().databaseUrl).pathname.slice(1),
  });
  onTestFinished(async () => {
    await sql`drop owned by ${sql(role)}`;
    await sql`drop role ${sql(role)}`;
  });
  expect(await readRoleFacts(database, role)).toEqual({
    canLogIn: true,
    attributes: [],
    memberships: [],
    unreadable: [],
    excessive: [],
    isReadOnly: true,
    statementTimeoutMs: 500,
    connectionLimit: 50,
    connections: 0,
  });
  await sql`grant usage on schema public to ${sql(role)}`;
  await sql`grant select on org_tokens to ${sql(role)}`;
  await sql`revoke select on coturn.turnusers_lt from ${sql(role)}`;
  await sql`alter role ${sql(role)} createdb`;
  await sql`grant pg_read_all_settings to ${sql(role)}`;
  await sql`alter role ${sql(role)} in database ${sql(new URL(suite().databaseUrl).pathname.slice(1))} reset statement_timeout`;
  expect(await readRoleFacts(database, role)).toMatchObject({
    attributes: ["createdb"],
    memberships: ["pg_read_all_settings"],
    unreadable: ["turnusers_lt"],
    excessive: ["public.org_tokens"],
    statementTimeoutMs: 0,
  });
});

test("hosts, their game servers and where rooms wait for one are told", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  const host = await registerTestHost(database, { regions: [TEST_REGION], maxProcesses: 4 });
  const gone = await registerTestHost(database, { regions: ["Tokyo"] });
  const { application } = await createTenant(database);
  await createDeployment(database, application, { roomsPerProcess: 1 });
  await createRoom(rooms, { application, region: TEST_REGION });
  await database.sql`update hosts set beat_at = clock_timestamp() - interval '1 hour' where host_id = ${gone.hostId}`;
  await database.sql`update processes set created_at = created_at - interval '1 minute' where app_id = ${application.appId}`;
  await database.sql`update pools set start_failures = 5 where app_id = ${application.appId}`;
  const facts = await readHostingFacts(database);
  expect(facts).toMatchObject({ usedRegions: [TEST_REGION], unclaimed: 1, unscheduledRooms: 0, deployments: 1 });
  expect(facts.hosts).toContainEqual(
    expect.objectContaining({ hostId: host.hostId, isAlive: true, maxProcesses: 4, isRetired: false }),
  );
  const silent = facts.hosts.find(({ hostId }) => hostId === gone.hostId);
  expect(silent).toMatchObject({ isAlive: false, isRetired: false });
  expect(silent?.silentSeconds).toBeGreaterThan(3_599);
  expect(facts.stoppedPools).toEqual([
    { appId: application.appId, region: TEST_REGION, startFailures: 5, detail: null },
  ]);
  expect(await countCredentialsByKey(database)).toEqual(new Map([["test", 1]]));
});

test("relays are told, retired ones too", async () => {
  const { database } = suite().rooms;
  const beat = {
    regions: [],
    uris: [],
    realm: "r",
    version: "4.6",
    sessions: 2,
    isDraining: false,
    isHealthy: true,
    canaryMs: 1,
  };
  await beatTurnServer(database, { ...beat, serverId: "a" });
  await beatTurnServer(database, { ...beat, serverId: "b" });
  await retireTurnServer(database, "b");
  expect(await readRelayFacts(database)).toMatchObject([
    { serverId: "a", isHealthy: true, isRetired: false, sessions: 2 },
    { serverId: "b", isRetired: true, silentSeconds: 0 },
  ]);
});

test("who does the housekeeping is known, and what it has not done", async () => {
  const { database } = suite().rooms;
  expect(await readBacklogFacts(database)).toMatchObject({ hasHolder: false, eventsAreAhead: false });
  const lock = openHousekeepingLock(suite().databaseUrl);
  onTestFinished(() => lock.close());
  expect(await lock.tryHold()).toBe(true);
  await database.sql`
    insert into room_events (app_id, type, xid, created_at)
    values ('app-x', 'room.created', '9000000000', clock_timestamp() - interval '73 hours')`;
  const facts = await readBacklogFacts(database);
  expect(facts).toMatchObject({ hasHolder: true, eventsAreAhead: true });
  expect(facts.overdue).toEqual([{ what: "events", seconds: expect.closeTo(3_600, -2) }]);
});

function connect(): postgres.Sql {
  const opened = openDatabase({ url: suite().databaseUrl, applicationName: "test", maxConnections: 1 });
  onTestFinished(() => opened.close());
  return opened.sql;
}
