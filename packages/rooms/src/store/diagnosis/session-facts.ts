import type { Database } from "../database.ts";

export interface SessionFacts {
  readonly pid: number;
  readonly database: string;
  readonly applicationName: string;
  readonly state: string;
  readonly seconds: number;
}

export interface WaitingSession extends SessionFacts {
  readonly blockedBy: readonly number[];
}

/** What keeps the server from forgetting old rows, and readers of events from going on. */
export interface HoldFacts {
  /** Transactions that are open for longer than asked, oldest first, at most five. */
  readonly transactions: readonly SessionFacts[];
  /** Two-phase transactions that nobody has ended for that long. */
  readonly prepared: readonly string[];
  /** Replication slots that nobody reads. */
  readonly idleSlots: readonly string[];
  /** Sessions that have been waiting for a lock for five seconds, at most five. */
  readonly waiting: readonly WaitingSession[];
}

/** A role without pg_monitor sees the sessions of other roles only as far as their pid. */
export async function readHoldFacts({ sql }: Database, longerThanSeconds: number): Promise<HoldFacts> {
  const transactions = await sql<SessionFacts[]>`
    select pid, coalesce(datname, '') as database, application_name as "applicationName", coalesce(state, '') as state,
           extract(epoch from clock_timestamp() - xact_start)::float8 as seconds
      from pg_stat_activity
     where pid <> pg_backend_pid() and backend_type = 'client backend'
       and xact_start < clock_timestamp() - make_interval(secs => ${longerThanSeconds}::integer)
     order by xact_start limit 5`;
  const prepared = await sql<{ gid: string }[]>`
    select gid from pg_prepared_xacts
     where prepared < clock_timestamp() - make_interval(secs => ${longerThanSeconds}::integer) order by prepared limit 5`;
  const slots = await sql<{ name: string }[]>`
    select slot_name as name from pg_replication_slots where not active and not temporary order by slot_name limit 5`;
  const waiting = await sql<WaitingSession[]>`
    select pid, coalesce(datname, '') as database, application_name as "applicationName", coalesce(state, '') as state,
           extract(epoch from clock_timestamp() - query_start)::float8 as seconds, pg_blocking_pids(pid) as "blockedBy"
      from pg_stat_activity
     where wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '5 seconds'
     order by query_start limit 5`;
  return {
    transactions,
    prepared: prepared.map(({ gid }) => gid),
    idleSlots: slots.map(({ name }) => name),
    waiting,
  };
}
