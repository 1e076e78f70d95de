import { openDatabase, type Database } from "@roombridge/rooms";
import { startMeasuredApp } from "../create/start-app.ts";
import type { Target } from "../rooms/http-load.ts";
import type { FilledGames } from "./fill.ts";
import type { Size } from "./sizes.ts";

/** One filled database with a gateway of its own. */
export interface Subject extends FilledGames {
  readonly size: Size;
  readonly url: string;
  readonly database: Database;
  readonly gateway: Target;
  /** Ids of rooms of the large application, from all over its history. */
  readonly liveRooms: readonly string[];
  readonly endedRooms: readonly string[];
  /** Forgets the rooms that were created since the fill, and writes to disk what waits to be written. */
  readonly settle: () => Promise<void>;
}

export interface SubjectOptions extends FilledGames {
  readonly size: Size;
  readonly url: string;
  /** Of TURN, as `TURN_CREDENTIAL_KEYS` has it. */
  readonly keys: string;
}

/** Maintenance of a large database takes its time. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** `undo` takes what is to be undone, in order. */
export async function openSubject({ keys, ...options }: SubjectOptions, undo: (() => unknown)[]): Promise<Subject> {
  const { url, size } = options;
  const database = openDatabase({
    ...{ url, applicationName: "roombridge bench", maxConnections: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS },
  });
  undo.push(() => database.close());
  const gateway = await startMeasuredApp("gateway", {
    DATABASE_URL: url,
    TURN_CREDENTIAL_KEYS: keys,
    GATEWAY_PORT: "0",
    // The gateway logs each create at info; that is not what is compared.
    LOG_LEVEL: "warn",
    LOG_FORMAT: "json",
  });
  undo.push(gateway.stop);
  const { sql } = database;
  const sample = async (isLive: boolean) => {
    const rows = await sql<{ id: string }[]>`select room_id as id from bench_sample where is_live = ${isLive}`;
    return rows.map(({ id }) => id);
  };
  // Keys begin with time, so that what comes after the fill has greater ones.
  const [mark] = await sql<{ room: string; event: number }[]>`
    select (select max(room_key) from rooms) as room, (select max(id) from room_events)::float8 as event`;
  if (!mark) throw new Error(`${url} is empty`);
  return {
    ...options,
    database,
    gateway: { name: `gateway at ${size.name}`, port: gateway.port, pid: gateway.pid },
    liveRooms: await sample(true),
    endedRooms: await sample(false),
    async settle() {
      await sql.begin(async (transaction) => {
        // Or else followers would be told that events have been forgotten.
        await transaction`set local session_replication_role = replica`;
        await transaction`delete from room_events where id > ${mark.event}`;
      });
      await sql`
        with given_back as (
          select a.process_id, count(*) as slots from room_allocations a
           where a.room_key > ${mark.room} and a.unscheduled_at is null group by a.process_id
        ), freed as (
          update processes p set rooms_allocated = rooms_allocated - b.slots from given_back b where b.process_id = p.process_id
        )
        delete from rooms where room_key > ${mark.room}`;
      await sql`vacuum rooms, room_allocations, turn_credentials, room_events, processes`;
      await sql`checkpoint`;
    },
  };
}
