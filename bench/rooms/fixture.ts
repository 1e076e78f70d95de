import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres, startEmbeddedPostgres } from "@roombridge/embedded-postgres";
import {
  beatHost,
  claimProcesses,
  closeRooms,
  createRoom,
  migrate,
  reportRunning,
  type Application,
  type RoomsContext,
} from "@roombridge/rooms";
import { createDeployment, createTenant, openTestRooms, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { startMeasuredApp, startMeasuredProgram, type MeasuredApp } from "../create/start-app.ts";
import type { Baseline } from "./baseline.ts";
import type { Target } from "./http-load.ts";
import { findPgbench, openPgbench } from "./pgbench.ts";
import { openPostgresJs } from "./postgres-js.ts";
import { numberedProcess, type Setting } from "./statements.ts";

/** An application whose processes all run. */
export interface Game {
  readonly appId: string;
  readonly token: string;
  readonly poolId: string;
  readonly processes: number;
  readonly roomsPerProcess: number;
}

export interface Fixture {
  readonly databaseUrl: string;
  /** The PostgreSQL behind everything. */
  readonly database: string;
  readonly gateway: Target;
  readonly hello: Target;
  readonly baseline: Baseline;
  /** Room for all rooms of one measurement on 100 processes. */
  readonly wide: Game;
  /** 500 small processes. */
  readonly packed: Game;
  /** Makes the database as it was before the first room, and then has so many rooms `r-0`, `r-1` … in the wide game. */
  readonly reset: (rooms?: number) => Promise<void>;
  /** Spreads the rooms of the wide game evenly over its processes. */
  readonly spread: () => Promise<void>;
  /** Suspends every room. */
  readonly suspendAll: () => Promise<void>;
  /** Ids of the processes of a game that have rooms. */
  readonly usedProcesses: (game: Game) => Promise<readonly string[]>;
  readonly setting: (clients: number, rooms: number) => Setting;
}

const BEAT_MS = 1_000;
const MAX_PROCESSES = 1_000;
const MAX_CLIENTS = 64;
/** Placed side by side in this process; the queue makes batches of them. */
const CREATES_AT_ONCE = 1_000;
const PUBLIC_HOST = "127.0.0.1";

/**
 * Starts an embedded PostgreSQL with its own settings, so that commits are durable, the gateway and the bare Hono server as
 * processes of their own, and two games whose processes run on a host that is alive. `undo` takes what is to be undone, in order.
 */
export async function openFixture(undo: (() => unknown)[]): Promise<Fixture> {
  const dataDir = mkdtempSync(join(tmpdir(), "roombridge-bench-"));
  undo.push(async () => {
    await removeEmbeddedPostgres(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const server = await startEmbeddedPostgres({ dataDir });
  undo.push(() => server.stop());
  await migrate(server.url);
  const key = randomBytes(32);
  const rooms = openTestRooms(server.url, { keys: [{ id: "bench", key }] });
  undo.push(() => closeRooms(rooms));
  const { sql } = rooms.database;
  const host = await registerTestHost(rooms.database, { maxProcesses: MAX_PROCESSES });
  const beat = setInterval(() => void beatHost(rooms.database, host), BEAT_MS);
  undo.push(() => clearInterval(beat));
  const run = async (game: GameSize) => openGame(rooms, host, game);
  const wide = await run({ processes: 100, roomsPerProcess: 1_000, firstProcess: 0 });
  const packed = await run({ processes: 500, roomsPerProcess: 20, firstProcess: 100 });

  const { gateway, hello } = await startServers(server.url, key, undo);
  const pgbench = findPgbench();
  const baseline =
    pgbench === undefined ? openPostgresJs(server.url, MAX_CLIENTS) : await openPgbench(pgbench, server.url);
  undo.push(baseline.close);
  const [version] = await sql<{ text: string }[]>`select current_setting('server_version') as text`;
  return {
    databaseUrl: server.url,
    database: `embedded PostgreSQL ${version?.text ?? "of unknown version"}`,
    gateway,
    hello,
    baseline,
    wide,
    packed,
    reset: (count = 0) => reset(rooms, wide, count),
    spread: () => spread(rooms, wide),
    async suspendAll() {
      await sql`select suspend_room(app_id, room_id) from rooms where destroyed_at is null`;
      await settle(rooms);
    },
    async usedProcesses({ appId }) {
      const rows = await sql<{ id: string }[]>`
        select process_id as id from processes where app_id = ${appId} and rooms_allocated > 0 order by rooms_allocated`;
      return rows.map(({ id }) => id);
    },
    setting: (clients, count) => ({
      ...{ appId: wide.appId, poolId: wide.poolId, processes: wide.processes },
      ...{ region: TEST_REGION, rooms: count, clients },
    }),
  };
}

/** The gateway and the bare Hono server. */
async function startServers(databaseUrl: string, key: Buffer, undo: (() => unknown)[]) {
  const gateway = await startMeasuredApp("gateway", {
    DATABASE_URL: databaseUrl,
    TURN_CREDENTIAL_KEYS: `bench:${key.toString("base64")}`,
    GATEWAY_PORT: "0",
    // The gateway logs each create at info; that is not what is compared.
    LOG_LEVEL: "warn",
    LOG_FORMAT: "json",
  });
  undo.push(gateway.stop);
  const hello = await startMeasuredProgram(join(import.meta.dirname, "hello.ts"), {});
  undo.push(hello.stop);
  return { gateway: toTarget("gateway", gateway), hello: toTarget("bare Hono", hello) };
}

interface GameSize {
  readonly processes: number;
  readonly roomsPerProcess: number;
  readonly firstProcess: number;
}

type TestHost = Awaited<ReturnType<typeof registerTestHost>>;

/** A game with its processes, which get ids that scripts can reckon out; a room that is destroyed again makes its pool. */
async function openGame(rooms: RoomsContext, host: TestHost, size: GameSize): Promise<Game> {
  const { database } = rooms;
  const { application, token } = await createTenant(database);
  const { appId } = application;
  const { roomsPerProcess, processes, firstProcess } = size;
  const settings = { roomsPerProcess, maxProcesses: processes, idleTimeoutEnabled: false };
  await createDeployment(database, application, settings);
  const first = await createRoom(rooms, { application, region: TEST_REGION });
  await database.sql`select destroy_rooms(array(select room_key from rooms where room_id = ${first.roomId}), 'test')`;
  await database.sql`truncate rooms, room_allocations, room_events, turn_credentials`;
  const [firstId, ...otherIds] = Array.from({ length: processes }, (_, number) =>
    numberedProcess(firstProcess + number),
  );
  await database.sql`update processes set process_id = ${firstId ?? ""} where app_id = ${appId}`;
  await database.sql`select create_process(${appId}, ${TEST_REGION}, id) from unnest(${otherIds}::uuid[]) id`;
  const orders = await claimProcesses(database, { ...host, limit: processes });
  await Promise.all(
    orders.map(({ processId }, index) =>
      reportRunning(database, {
        ...{ processId, incarnation: host.incarnation, additionalExposedPorts: [] },
        exposedPort: { host: PUBLIC_HOST, name: "default", port: 20_000 + firstProcess + index, transportType: "tcp" },
      }),
    ),
  );
  if (orders.length !== processes) throw new Error(`${orders.length} of ${processes} processes run`);
  const [pool] = await database.sql<{ id: string }[]>`select pool_id::text as id from pools where app_id = ${appId}`;
  return { appId, token, poolId: pool?.id ?? "", processes, roomsPerProcess };
}

async function reset(rooms: RoomsContext, { appId }: Game, count: number): Promise<void> {
  const { sql } = rooms.database;
  await sql`truncate rooms, room_allocations, room_events, turn_credentials`;
  await sql`update processes set rooms_allocated = 0 where rooms_allocated > 0`;
  const application: Application = { appId, orgId: "" };
  for (let from = 0; from < count; from += CREATES_AT_ONCE) {
    const ids = Array.from({ length: Math.min(CREATES_AT_ONCE, count - from) }, (_, index) => `r-${from + index}`);
    await Promise.all(ids.map((roomId) => createRoom(rooms, { application, roomId, region: TEST_REGION })));
  }
  await settle(rooms);
}

async function spread(rooms: RoomsContext, { appId }: Game): Promise<void> {
  const { sql } = rooms.database;
  await sql`
    with ordered as (
      select room_allocation_id, row_number() over () as n from room_allocations
    ), numbered as (
      select process_id, row_number() over (order by process_id) as n, count(*) over () as processes
        from processes where app_id = ${appId}
    )
    update room_allocations a set process_id = p.process_id from ordered o, numbered p
     where a.room_allocation_id = o.room_allocation_id and p.n = 1 + o.n % p.processes`;
  await sql`
    update processes p set rooms_allocated = (select count(*) from room_allocations a where a.process_id = p.process_id)
     where p.app_id = ${appId}`;
  await settle(rooms);
}

/**
 * So that no measurement pays for what was written before it. A table without rooms is left out: its statistics would say that it
 * has none, and the plans of a whole measurement, made from them, would read every room for each foreign key.
 */
async function settle({ database: { sql } }: RoomsContext): Promise<void> {
  const [rooms] = await sql`select from rooms limit 1`;
  if (rooms) await sql`vacuum analyze`;
  else await sql`vacuum analyze processes`;
  await sql`checkpoint`;
}

function toTarget(name: string, { port, pid }: MeasuredApp): Target {
  return { name, port, pid };
}
