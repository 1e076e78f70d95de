import type { Database } from "./database.ts";

export interface ConnectionReport {
  readonly hostId: string;
  readonly incarnation: string;
  /** To which there is no connection, from now on. */
  readonly withoutConnections: readonly string[];
  /** To which there is one again, or of which nobody knows any more. */
  readonly withConnections: readonly string[];
}

/**
 * Writes since when nobody is connected to a process, by the database clock. Answers the processes of this incarnation that
 * it was written for: others have ended, or are not adopted yet.
 */
export async function reportConnections({ sql }: Database, report: ConnectionReport): Promise<string[]> {
  const { hostId, incarnation, withoutConnections, withConnections } = report;
  const rows = await sql<{ processId: string }[]>`
    update processes
       set no_connections_since = case when process_id = any (${withoutConnections as string[]}::uuid[]) then clock_timestamp() end
     where process_id = any (${[...withoutConnections, ...withConnections]}::uuid[])
       and host_id = ${hostId} and host_incarnation = ${incarnation} and terminated_at is null
    returning process_id as "processId"`;
  return rows.map(({ processId }) => processId);
}
