import type { Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";
import { repeatLost } from "./repeat-lost.ts";

export interface HostBeat {
  readonly hostId: string;
  readonly provider: string;
  readonly regions: readonly Region[];
  readonly publicHost: string;
  readonly maxProcesses: number;
  /** A UUID drawn anew at each start of the host. */
  readonly incarnation: string;
}

export type BeatAnswer = "alive" | "superseded";

/**
 * Renews the lease of a host. A younger incarnation of the same host takes over; the elder then reads
 * `superseded` and must stop. A host that has retired stays so, however long its last processes take to end.
 * A beat whose connection broke is sent again: two of them are as good as one.
 */
export async function beatHost({ sql }: Database, beat: HostBeat): Promise<BeatAnswer> {
  const rows = await repeatLost(
    () => sql`
    update hosts set beat_at = case when beat_at = '-infinity' then beat_at else clock_timestamp() end, regions = ${beat.regions as Region[]}::text[], public_host = ${beat.publicHost},
           max_processes = ${beat.maxProcesses}, provider = ${beat.provider}
     where host_id = ${beat.hostId} and incarnation = ${beat.incarnation}`,
  );
  return rows.count === 1 ? "alive" : "superseded";
}

/** Takes the host's place for a new incarnation; from here on its predecessor is superseded. */
export async function registerHost({ sql }: Database, beat: HostBeat): Promise<void> {
  await sql`
    insert into hosts (host_id, provider, regions, public_host, max_processes, incarnation)
    values (${beat.hostId}, ${beat.provider}, ${beat.regions as Region[]}::text[], ${beat.publicHost}, ${beat.maxProcesses},
            ${beat.incarnation})
    on conflict (host_id) do update set
      provider = excluded.provider, regions = excluded.regions, public_host = excluded.public_host,
      max_processes = excluded.max_processes, incarnation = excluded.incarnation,
      started_at = clock_timestamp(), beat_at = clock_timestamp()`;
}

/** Ends the lease at once, so that no new room is placed here. */
export async function retireHost({ sql }: Database, hostId: string, incarnation: string): Promise<void> {
  await sql`
    update hosts set beat_at = '-infinity' where host_id = ${hostId} and incarnation = ${incarnation}`;
}

/** Whether the lease of a host goes on; false for one that nobody knows. */
export async function isHostAlive({ sql }: Database, hostId: string): Promise<boolean> {
  const rows = await sql`select from hosts where host_id = ${hostId} and host_is_alive(beat_at)`;
  return rows.length > 0;
}
