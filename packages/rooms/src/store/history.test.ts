import {
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Application } from "../access.ts";
import { closeRooms, type RoomsContext } from "../context.ts";
import { createRoom, type CreatedRoom } from "../create-room.ts";
import { destroyRoom } from "../destroy-room.ts";
import { countProcesses, latestProcesses } from "../find-processes.ts";
import { findRooms } from "../find-rooms.ts";
import { getConnectionInfo } from "../get-connection-info.ts";
import { getRoomCredential } from "../get-room-credential.ts";
import { getRoomInfo } from "../get-room-info.ts";
import { runHousekeeping } from "../housekeeping.ts";
import { issueCredential } from "../issue-credential.ts";
import { getRelayUsage, listCredentials } from "../list-credentials.ts";
import { listActiveRooms, listInactiveRooms } from "../list-process-rooms.ts";
import { listRooms } from "../list-rooms.ts";
import { resumeRoom } from "../resume-room.ts";
import { revokeCredentials } from "../revoke-credentials.ts";
import { suspendRoom } from "../suspend-room.ts";
import { updateRoomConfig } from "../update-room-config.ts";
import { deadUsernames } from "./dead-usernames.ts";
import { readBacklogFacts } from "./diagnosis/backlog-facts.ts";
import { readHostingFacts } from "./diagnosis/hosting-facts.ts";
import { countCredentialsByKey } from "./diagnosis/relay-facts.ts";
import type { HostBeat } from "./hosts.ts";
import { findLobbyByShortCode, findLobbyOfRoom, findPublicLobbies } from "./lobbies.ts";
import { measureRegions } from "./measure-fleet.ts";
import { endProcess } from "./processes.ts";
import { findEventRange, readEvents } from "./room-events.ts";
import { enqueueWebhookEvents } from "./webhook-deliveries.ts";

/** Rooms of each application that have ended, each with an allocation, a credential and three events. */
const HISTORY = 6_000;
/** Processes of each application that have ended. */
const ENDED_PROCESSES = HISTORY / 2;
const LIVE = 300;
/** Rows and index entries of one table that a statement may look at, whatever it does. */
const MAX_READ = 1_500;
/** With a free slot. */
const FREE_PROCESSES = 4_000;

let rooms: RoomsContext;
let host: HostBeat;
let application: Application;
let limited: Application;
/** Its process has no rooms, and has had many. */
let quiet: Application;
let processId: string;
let close: () => Promise<void>;
let nextRoom = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  // One connection: what it has read is known when it says so.
  rooms = openTestRooms(database.url, {}, { maxConnections: 1 });
  close = async () => {
    await closeRooms(rooms);
    await database.drop();
  };
  const { sql } = rooms.database;
  host = await registerTestHost(rooms.database, { maxProcesses: 100_000 });
  await sql`update hosts set beat_at = 'infinity'`;
  application = await openApplication({ idleTimeoutEnabled: false });
  limited = await openApplication({ idleTimeoutEnabled: false });
  quiet = await openApplication({ idleTimeoutEnabled: true });
  await sql`update applications set max_rooms = 1000 where app_id = ${limited.appId}`;
  const ids = Array.from({ length: LIVE }, (_, number) => `r-${number}`);
  const [first] = await Promise.all(ids.map((roomId) => newRoom(application, roomId)));
  processId = first?.processId ?? "";
  await newRoom(limited);
  await newRoom(quiet, "short");
  await runWaitingProcesses(rooms.database, host);
  await destroyRoom(rooms, quiet.appId, "short");
  for (const { appId } of [application, limited, quiet]) await insertHistory(appId);
  await sql`update processes set started_at = now() - interval '1 day' where app_id = ${quiet.appId} and terminated_at is null`;
  await sql`
    update room_allocations set process_id = (
             select process_id from processes where app_id = ${quiet.appId} and terminated_at is null)
     where room_key = any (array(select room_key from rooms where app_id = ${quiet.appId} and room_id <> 'short'))`;
  await sql`vacuum analyze`;
});
afterAll(() => close());

async function openApplication(settings: { readonly idleTimeoutEnabled: boolean }): Promise<Application> {
  const tenant = await createTenant(rooms.database);
  await createDeployment(rooms.database, tenant.application, { roomsPerProcess: 1_000, ...settings });
  return tenant.application;
}

function newRoom(owner: Application, roomId = `n-${nextRoom++}`) {
  return createRoom(rooms, { application: owner, region: TEST_REGION, roomId });
}

/** As the housekeeping leaves it for a day; the newest comes last. */
async function insertHistory(appId: string): Promise<void> {
  const { sql } = rooms.database;
  await sql`
    insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated,
                           host_id, created_at, terminated_at, stop_reason)
    select gen_random_uuid(), pool_id, app_id, deployment_id, region, 'stopped', 1000, 0, 'gone', now() - interval '1 second' * (10 * n),
           now() - interval '1 second' * n, 'idle'
      from pools, generate_series(1, ${ENDED_PROCESSES}::integer) n where app_id = ${appId}`;
  await sql`
    insert into rooms (room_key, app_id, room_id, state, region, pool_id, placements, created_at, destroyed_at)
    select left(md5(n || ${appId}), 16), ${appId}, 'ended-' || n, 'destroyed', region, pool_id, 1,
           now() - interval '1 second' * n, now() - interval '1 second' * n
      from pools, generate_series(${HISTORY}::integer, 1, -1) n where app_id = ${appId}`;
  await sql`
    with over as (
      select process_id, row_number() over () - 1 as n from processes where app_id = ${appId} and terminated_at is not null
    ), old as (
      select *, row_number() over (order by destroyed_at) - 1 as n from rooms
       where app_id = ${appId} and destroyed_at is not null and room_id <> 'short'
    )
    insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at, unscheduled_at)
    select gen_random_uuid(), old.room_key, over.process_id, old.created_at, old.destroyed_at
      from old join over on over.n = old.n % ${ENDED_PROCESSES}::integer order by old.n`;
  await sql`
    insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at, revoked_at)
    select room_key || '.' || left(md5(room_key), 16), room_key, 'roombridge', md5(room_key), 'test', created_at,
           created_at + interval '2 days', destroyed_at
      from rooms where app_id = ${appId} and destroyed_at is not null and room_id <> 'short'`;
  await sql`
    insert into room_events (app_id, room_key, type, payload)
    select app_id, room_key, type, '{}' from rooms, unnest('{room.created,room.active,room.destroyed}'::text[]) type
     where app_id = ${appId} and destroyed_at is not null`;
}

/** Rows that scans of tables and entries that scans of indexes have given to this connection, by table. */
async function readSoFar(): Promise<Map<string, number>> {
  const { sql } = rooms.database;
  await sql`select pg_stat_force_next_flush()`;
  const rows = await sql<{ name: string; rows: number }[]>`
    select c.relname as name, pg_stat_get_tuples_returned(c.oid)::integer as rows from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i')`;
  return new Map(rows.map(({ name, rows: count }) => [name, count]));
}

/** More than nothing, by table and index. */
async function rowsRead(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await readSoFar();
  await work();
  const after = await readSoFar();
  const read = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(read.filter(([, count]) => count > 0));
}

const settings = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };
const sixtyFour = Array.from({ length: 64 });

const OPERATIONS: readonly (readonly [name: string, work: () => Promise<unknown>])[] = [
  ["create", () => newRoom(application)],
  ["create, 64 at once", () => Promise.all(sixtyFour.map(() => newRoom(application)))],
  ["create of an application with a limit of rooms", () => newRoom(limited)],
  ["create of a room whose id is that of an ended one", () => newRoom(application, `ended-${++nextRoom}`)],
  ["info", () => getRoomInfo(rooms, application.appId, "r-0")],
  ["info of an ended room", () => getRoomInfo(rooms, application.appId, "ended-3000")],
  ["connection info", () => getConnectionInfo(rooms, application.appId, "r-0", { wake: false })],
  ["list-active", () => listActiveRooms(rooms, application.appId, processId)],
  ["list-inactive", () => listInactiveRooms(rooms, application.appId, processId)],
  ["list", () => findRooms(rooms, application.appId, { limit: 10 })],
  ["list of one state", () => findRooms(rooms, application.appId, { limit: 10, states: ["suspended"] })],
  ["lists of RoomService", () => listRooms(rooms, application.appId, 10_000)],
  ["get of RoomService", () => getRoomCredential(rooms, application, "r-0")],
  ["issue", () => issueCredential(rooms, application, { roomId: "r-1", playerId: "p" })],
  ["credentials of a room", () => listCredentials(rooms, application, "r-1")],
  ["usage of a room", () => getRelayUsage(rooms, application, "r-1")],
  ["revoke", () => revokeCredentials(rooms, application, { roomId: "r-1", playerId: "p" })],
  ["update", () => updateRoomConfig(rooms, application.appId, "r-0", "x")],
  ["suspend", () => suspendRoom(rooms, application.appId, "r-2")],
  ["resume", () => resumeRoom(rooms, application, "r-2")],
  ["destroy", () => newRoom(application, "short").then(() => destroyRoom(rooms, application.appId, "short"))],
  ["destroy, 64 at once", () => createAndDestroy(64)],
  ["dead usernames", () => deadUsernames(rooms.database, ["a.b", "c.d"])],
  [
    "coturn's view",
    () => rooms.database.sql`select hmackey from coturn.turnusers_lt where name = 'a.b' and realm = 'roombridge'`,
  ],
  ["latest processes", () => latestProcesses(rooms, application.appId, {})],
  ["latest processes that run", () => latestProcesses(rooms, application.appId, { statuses: ["running"] })],
  ["count of processes that run", () => countProcesses(rooms, application.appId, { statuses: ["running"] })],
  [
    "public lobbies",
    () => findPublicLobbies(rooms.database, { appId: application.appId, region: undefined, limit: 10 }),
  ],
  ["lobby of a room", () => findLobbyOfRoom(rooms.database, application.appId, "r-0")],
  ["lobby of a short code", () => findLobbyByShortCode(rooms.database, application.appId, "code")],
  ["tail of the events", () => readTail()],
  ["tail of the events, with connections", () => readTail(true)],
  ["event for webhooks", () => enqueueWebhookEvents(rooms.database)],
  ["usage of regions", () => measureRegions(rooms.database)],
  ["what the doctor asks of the backlog", () => readBacklogFacts(rooms.database)],
  ["what the doctor asks of hosting", () => readHostingFacts(rooms.database)],
  ["what the doctor asks of credentials", () => countCredentialsByKey(rooms.database)],
  ["a round of the housekeeping", () => runHousekeeping(rooms.database, settings)],
  ["end of a process", () => endOne()],
];

async function readTail(withConnections = false): Promise<void> {
  const { settledXid } = await findEventRange(rooms.database);
  const after = { xid: settledXid - 1n, id: 0 };
  await readEvents(rooms.database, { appIds: [application.appId], after, limit: 100, withConnections });
}

async function createAndDestroy(count: number): Promise<void> {
  const created = await Promise.all(Array.from({ length: count }, () => newRoom(application)));
  await Promise.all(created.map(({ roomId }) => destroyRoom(rooms, application.appId, roomId)));
}

/** Of one that has never run, so that its rooms are placed again. */
async function endOne(): Promise<void> {
  const ending = await openApplication({ idleTimeoutEnabled: true });
  const room = await newRoom(ending);
  await endProcess(rooms.database, { processId: room.processId ?? "", reason: "spawn_error" });
}

const PLAN_CACHE_MODES = ["auto", "force_generic_plan"];

async function expectLittleRead(work: () => Promise<unknown>): Promise<void> {
  const read = await rowsRead(work);
  expect(Object.entries(read).filter(([, count]) => count > MAX_READ)).toEqual([]);
}

describe.each(PLAN_CACHE_MODES)("with plan_cache_mode %s", (mode) => {
  beforeAll(async () => {
    await rooms.database.sql`select set_config('plan_cache_mode', ${mode}, false)`;
  });

  test.each(OPERATIONS)("%s reads no history", async (_, work) => {
    await expectLittleRead(work);
  });
});

describe.each(PLAN_CACHE_MODES)("among thousands of free processes, with plan_cache_mode %s", (mode) => {
  let many: Application;

  beforeAll(async () => {
    const { sql } = rooms.database;
    many = await openApplication({ idleTimeoutEnabled: false });
    await newRoom(many);
    await sql`
      insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated,
                             host_id, host_incarnation)
      select gen_random_uuid(), pool_id, app_id, deployment_id, region, 'running', 20, n % 16, ${host.hostId}, ${host.incarnation}
        from pools, generate_series(1, ${FREE_PROCESSES}::integer) n where app_id = ${many.appId}`;
    await sql`analyze processes`;
    await sql`select set_config('plan_cache_mode', ${mode}, false)`;
  });

  test("a create reads few of them, and takes one of the fullest", async () => {
    let room: CreatedRoom | undefined;
    await expectLittleRead(async () => (room = await newRoom(many)));
    const [taken] = await rooms.database.sql<{ rooms: number }[]>`
      select rooms_allocated as rooms from processes where process_id = ${room?.processId ?? null}`;
    expect(taken).toEqual({ rooms: 16 });
  });
});
