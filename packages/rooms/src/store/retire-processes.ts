import type { Database } from "./database.ts";
import { BATCH } from "./housekeeping.ts";

/** Why housekeeping asks for the end of a process (`retirement` in the database). */
export type Retirement = "idle" | "outdated";

/** Processes that seem to have nothing to do; at most 1,000. */
export async function findRetiring({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ processId: string }[]>`
    select p.process_id as "processId" from processes p
     where p.terminated_at is null and retirement(p) is not null order by p.process_id limit ${BATCH}`;
  return rows.map(({ processId }) => processId);
}

/** Asks for the end of a process; undefined when it has got something to do meanwhile, or shall end already. */
export async function retireProcess({ sql }: Database, processId: string): Promise<Retirement | undefined> {
  const [row] = await sql<{ reason: Retirement | null }[]>`select retire_process(${processId}) as reason`;
  return row?.reason ?? undefined;
}
