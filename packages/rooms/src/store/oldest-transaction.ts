import type { Database } from "./database.ts";

/** The oldest transaction that has written something and has not ended, in any database of the server. */
export interface OldestTransaction {
  readonly xid: string;
  readonly pid: number | null;
  /** Null as well when the database may not tell us of it. */
  readonly application: string | null;
  readonly databaseName: string | null;
}

/** Undefined when there is none, or none has ended since it began. Prepared transactions have no process. */
export async function findOldestTransaction({ sql }: Database): Promise<OldestTransaction | undefined> {
  const [row] = await sql<OldestTransaction[]>`
    select pg_snapshot_xmin(s)::text as xid, a.pid, a.application_name as application, a.datname as "databaseName"
      from pg_current_snapshot() s left join pg_stat_activity a on a.backend_xid = pg_snapshot_xmin(s)::xid
     where pg_snapshot_xmin(s) < pg_snapshot_xmax(s) limit 1`;
  return row;
}
