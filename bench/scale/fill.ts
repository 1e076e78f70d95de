import { randomUUID } from "node:crypto";
import { migrate, openDatabase, type Database } from "@roombridge/rooms";
import { createDeployment, createTenant, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { FIRST_ENDED, processSql, roomsToFill, sampleToFill, tablesToFill, type Owners } from "./fill-statements.ts";
import {
  DUE_ROOMS,
  FEW_PROCESSES,
  FEW_ROOMS,
  FEW_ROOMS_PER_PROCESS,
  LIVE_ROOMS,
  PROCESSES,
  ROOMS_PER_PROCESS,
  type Size,
} from "./sizes.ts";

/** An application whose rooms live on processes that run. */
export interface ScaleGame {
  readonly appId: string;
  readonly token: string;
}

export interface FilledGames {
  /** Nearly all rooms, on 10,000 processes, and all that has ended. */
  readonly large: ScaleGame;
  /** 100 rooms on ten processes. */
  readonly small: ScaleGame;
}

/** Statements of a fill may take so long. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
/** One for each processor that is left to PostgreSQL, or nearly. */
const CONNECTIONS = 2;
const FILLED = ["rooms", "room_allocations", "turn_credentials", "room_events"];

/**
 * Fills an empty database: 100,000 rooms that live, and so many that have ended. Indexes are made after the rows; foreign keys
 * are not checked, and counted at the end instead.
 */
export async function fill(url: string, size: Size): Promise<FilledGames> {
  await migrate(url);
  const database = openDatabase({
    url,
    applicationName: "roombridge bench fill",
    maxConnections: CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    return await fillDatabase(database, size);
  } finally {
    await database.close();
  }
}

async function fillDatabase(database: Database, { history }: Size): Promise<FilledGames> {
  const { sql } = database;
  const large = await openGame(database, ROOMS_PER_PROCESS);
  const small = await openGame(database, FEW_ROOMS_PER_PROCESS);
  const owners: Owners = { large, small };
  await sql.unsafe(roomsToFill(history));
  await sql`analyze bench_fill`;
  await sql.unsafe(sampleToFill());
  await insertProcesses(database, owners);
  const indexes = await dropIndexes(database);
  await Promise.all(tablesToFill(owners).map((statement) => insertUnchecked(database, statement)));
  await Promise.all(indexes.map((definition) => sql.unsafe(definition)));
  await sql`drop table bench_fill`;
  await sql`vacuum (analyze)`;
  await checkFilled(database, history);
  // Or else the server would be too slow to stop.
  await sql`checkpoint`;
  return { large, small };
}

interface OpenedGame extends ScaleGame {
  readonly poolId: string;
}

async function openGame(database: Database, roomsPerProcess: number): Promise<OpenedGame> {
  const { application, token } = await createTenant(database);
  const { appId } = application;
  const settings = { roomsPerProcess, maxProcesses: 2 * PROCESSES, idleTimeoutEnabled: false };
  const deploymentId = await createDeployment(database, application, settings);
  const [pool] = await database.sql<{ id: string }[]>`select ensure_pool(${deploymentId}, ${TEST_REGION})::text as id`;
  return { appId, token, poolId: pool?.id ?? "" };
}

/** Those that run, and those that have ended. */
async function insertProcesses(database: Database, { large, small }: Owners): Promise<void> {
  const { sql } = database;
  const host = await registerTestHost(database, { maxProcesses: 2 * PROCESSES, incarnation: randomUUID() });
  // It is alive for as long as the benchmark lasts.
  await sql`update hosts set beat_at = 'infinity'`;
  await sql`
    insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated,
                           exposed_port, host_id, host_incarnation, created_at, scheduled_at, booted_at, started_at,
                           terminated_at, stop_reason)
    select ${sql.unsafe(processSql("seen.process"))}, p.pool_id, p.app_id, p.deployment_id, p.region,
           case when seen.process < ${FIRST_ENDED} then 'running' else 'stopped' end, d.rooms_per_process, seen.rooms,
           jsonb_build_object('host', '127.0.0.1', 'name', 'default', 'port', 20000 + seen.process % 10000, 'transportType', 'tcp'),
           ${host.hostId}, ${host.incarnation}, seen.first_at, seen.first_at, seen.first_at, seen.first_at,
           case when seen.process >= ${FIRST_ENDED} then seen.last_at end,
           case when seen.process >= ${FIRST_ENDED} then 'idle' end
      from (select process, count(*) filter (where is_live) as rooms, min(created_at) as first_at, max(ended_at) as last_at
              from bench_fill group by process) seen
      join pools p on p.pool_id = case when seen.process between ${PROCESSES} and ${FIRST_ENDED - 1}
                                       then ${small.poolId}::bigint else ${large.poolId}::bigint end
      join deployments d on d.deployment_id = p.deployment_id
     order by seen.process`;
}

/** All but those of primary keys; answers how they are made again. */
async function dropIndexes({ sql }: Database): Promise<string[]> {
  const indexes = await sql<{ name: string; definition: string }[]>`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i
     where i.indrelid = any (${FILLED}::text[]::regclass[])
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`;
  for (const { name } of indexes) await sql`drop index ${sql(name)}`;
  return indexes.map(({ definition }) => definition);
}

function insertUnchecked({ sql }: Database, statement: string): Promise<unknown> {
  return sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction.unsafe(statement);
  });
}

/** Throws when the database is not what it was meant to be. */
async function checkFilled({ sql }: Database, history: number): Promise<void> {
  const [found] = await sql<Record<string, number>[]>`
    select (select count(*) from rooms where destroyed_at is null)::integer as live,
           (select count(*) from rooms where destroyed_at is not null)::integer as ended,
           (select count(*) from room_allocations where unscheduled_at is null)::integer as allocations,
           (select count(*) from room_allocations where unscheduled_at is not null)::integer as left,
           (select count(*) from turn_credentials where revoked_at is null)::integer as credentials,
           (select sum(rooms_allocated) from processes where terminated_at is null)::integer as slots,
           (select count(*) from processes where terminated_at is null)::integer as processes,
           (select count(*) from room_events)::integer as events,
           (select count(*) from room_allocations a where not exists (
              select from rooms r where r.room_key = a.room_key))::integer as strays,
           (select count(*) from room_allocations a where not exists (
              select from processes p where p.process_id = a.process_id))::integer as homeless`;
  const ended = history + DUE_ROOMS;
  const live = { live: LIVE_ROOMS, allocations: LIVE_ROOMS, credentials: LIVE_ROOMS, slots: LIVE_ROOMS };
  const events = 2 * LIVE_ROOMS + 3 * ended;
  const processes = PROCESSES + FEW_PROCESSES;
  const wanted = { ...live, ended, left: ended, events, processes, strays: 0, homeless: 0 };
  const wrong = Object.entries(wanted).filter(([name, count]) => found?.[name] !== count);
  if (wrong.length > 0)
    throw new Error(`filled otherwise than it was meant: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
  const [few] = await sql<{ rooms: number }[]>`
    select min(rooms)::integer as rooms from (select count(*) as rooms from rooms where destroyed_at is null group by app_id) a`;
  if (few?.rooms !== FEW_ROOMS) throw new Error(`the small application has ${few?.rooms} rooms`);
}
