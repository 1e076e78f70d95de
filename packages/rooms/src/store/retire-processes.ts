import type { Database } from "./database.ts";
import { BATCH } from "./housekeeping.ts";

/** Why housekeeping asks for the end of a process (`retirement` in the database). */
export type Retirement = "idle" | "outdated" | "max_age" | "host_drained";

/**
 * Lets running processes take no more rooms that have been running for so many hours; not static ones, which are not ours to
 * start anew. At most 1,000; answers how many.
 */
export async function drainOldProcesses({ sql }: Database, maxAgeHours: number): Promise<number> {
  const { count } = await sql`
    update processes set status = 'draining'
     where process_id in (
       select p.process_id from processes p
        where p.status = 'running' and p.stop_reason is null and p.terminated_at is null
          and p.started_at < statement_timestamp() - make_interval(hours => ${maxAgeHours}::integer)
          and not exists (select from hosts h where h.host_id = p.host_id and h.provider = 'static')
        order by p.process_id limit ${BATCH} for update of p skip locked)`;
  return count;
}

/** Processes that seem to have nothing to do; at most 1,000. */
export async function findRetiring({ sql }: Database): Promise<string[]> {
  // What is said of status, rooms and connections is in `retirement` too; but asking that of each of many processes takes long.
  const rows = await sql<{ processId: string }[]>`
    select p.process_id as "processId" from processes p
     where p.terminated_at is null and p.stop_reason is null and p.status in ('running', 'draining')
       and (p.rooms_allocated = 0 or p.no_connections_since < statement_timestamp() - interval '300 seconds')
       and retirement(p) is not null
     order by p.process_id limit ${BATCH}`;
  return rows.map(({ processId }) => processId);
}

/** Asks for the end of a process; undefined when it has got something to do meanwhile, or shall end already. */
export async function retireProcess({ sql }: Database, processId: string): Promise<Retirement | undefined> {
  const [row] = await sql<{ reason: Retirement | null }[]>`select retire_process(${processId}) as reason`;
  return row?.reason ?? undefined;
}
