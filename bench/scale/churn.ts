import { closeRooms, createRoom, migrate, openDatabase, type Database } from "@roombridge/rooms";
import { createDeployment, createTenant, openTestRooms, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { numberedProcess } from "../rooms/statements.ts";

/** What one turn of the churn has left on disk, in bytes. */
export interface Turn {
  readonly heap: number;
  readonly indexes: number;
}

export interface Churned {
  readonly roomsPerTurn: number;
  readonly turns: readonly Turn[];
}

const TURNS = 8;
const PROCESSES = 100;
const ROOMS_PER_PROCESS = 1_000;
const BATCH = 1_000;
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Days in fast motion, on a database of its own: in each turn so many rooms are created, all are destroyed, those of the turn
 * before are forgotten as the housekeeping does it, and PostgreSQL cleans up as it would by itself.
 */
export async function measureChurn(url: string, roomsPerTurn: number): Promise<Churned> {
  await migrate(url);
  const rooms = openTestRooms(url);
  const database = openDatabase({
    ...{ url, applicationName: "roombridge bench", maxConnections: 1, statementTimeoutMs: STATEMENT_TIMEOUT_MS },
  });
  const { sql } = database;
  try {
    const application = await openProcesses(database);
    const turns: Turn[] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const [mark] = await sql<{ at: Date }[]>`select clock_timestamp() as at`;
      for (let from = 0; from < roomsPerTurn; from += BATCH) {
        const count = Math.min(BATCH, roomsPerTurn - from);
        await Promise.all(Array.from({ length: count }, () => createRoom(rooms, { application, region: TEST_REGION })));
      }
      await repeat(
        () =>
          sql`select destroy_rooms(array(select room_key from rooms where destroyed_at is null limit ${BATCH}), 'destroyed')`,
      );
      await forget(database, mark?.at ?? new Date(0));
      await sql`vacuum (analyze)`;
      turns.push(await measureTables(database));
    }
    return { roomsPerTurn, turns };
  } finally {
    await database.close();
    await closeRooms(rooms);
  }
}

async function openProcesses(database: Database) {
  const { sql } = database;
  const { application } = await createTenant(database);
  const deploymentId = await createDeployment(database, application, { roomsPerProcess: ROOMS_PER_PROCESS });
  const { hostId, incarnation } = await registerTestHost(database);
  await sql`update hosts set beat_at = 'infinity'`;
  const ids = Array.from({ length: PROCESSES }, (_, number) => numberedProcess(number));
  await sql`
    insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated,
                           host_id, host_incarnation)
    select id, ensure_pool(${deploymentId}, ${TEST_REGION}), ${application.appId}, ${deploymentId}, ${TEST_REGION}, 'running',
           ${ROOMS_PER_PROCESS}, 0, ${hostId}, ${incarnation}
      from unnest(${ids}::uuid[]) id`;
  return application;
}

/** What ended before this turn, in the batches of the housekeeping and with its statements, but for the time that it waits. */
async function forget({ sql }: Database, before: Date): Promise<void> {
  await repeat(
    () => sql`
      delete from rooms where room_key in (
        select room_key from rooms where destroyed_at < ${before} order by destroyed_at limit ${BATCH}) returning room_key`,
  );
  await repeat(
    () => sql`
      delete from room_events where id in (
        select id from room_events where created_at < ${before} order by created_at limit ${BATCH}) returning id`,
  );
}

async function repeat(work: () => PromiseLike<{ readonly length: number }>): Promise<void> {
  while ((await work()).length > 0);
}

async function measureTables({ sql }: Database): Promise<Turn> {
  const [turn] = await sql<Turn[]>`
    select sum(pg_table_size(relid))::float8 as heap, sum(pg_indexes_size(relid))::float8 as indexes
      from pg_stat_user_tables
     where relname in ('rooms', 'room_allocations', 'turn_credentials', 'room_events', 'processes')`;
  if (!turn) throw new Error("there are no tables");
  return turn;
}
