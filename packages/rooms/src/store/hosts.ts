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

/** `drained`: alive, and an operator lets it take no more game servers. */
export type BeatAnswer = "alive" | "drained" | "superseded";

/**
 * Renews the lease of a host. A younger incarnation of the same host takes over; the elder then reads
 * `superseded` and must stop. A host that has retired stays so, however long its last processes take to end.
 * A beat whose connection broke is sent again: two of them are as good as one.
 */
export async function beatHost({ sql }: Database, beat: HostBeat): Promise<BeatAnswer> {
  const [host] = await repeatLost(
    () => sql<{ isDrained: boolean }[]>`
    update hosts set beat_at = case when beat_at = '-infinity' then beat_at else clock_timestamp() end, regions = ${beat.regions as Region[]}::text[], public_host = ${beat.publicHost},
           max_processes = case when drained_at is null then ${beat.maxProcesses}::integer else 0 end, provider = ${beat.provider}
     where host_id = ${beat.hostId} and incarnation = ${beat.incarnation}
    returning drained_at is not null as "isDrained"`,
  );
  if (!host) return "superseded";
  return host.isDrained ? "drained" : "alive";
}

/** Takes the host's place for a new incarnation; from here on its predecessor is superseded. One that was drained stays so. */
export async function registerHost({ sql }: Database, beat: HostBeat): Promise<void> {
  await sql`
    insert into hosts (host_id, provider, regions, public_host, max_processes, incarnation)
    values (${beat.hostId}, ${beat.provider}, ${beat.regions as Region[]}::text[], ${beat.publicHost}, ${beat.maxProcesses},
            ${beat.incarnation})
    on conflict (host_id) do update set
      provider = excluded.provider, regions = excluded.regions, public_host = excluded.public_host,
      max_processes = case when hosts.drained_at is null then excluded.max_processes else 0 end, incarnation = excluded.incarnation,
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

/** A host as an operator sees it. */
export interface HostFacts {
  readonly hostId: string;
  readonly provider: string;
  readonly regions: readonly Region[];
  /** Zero while it is drained. */
  readonly maxProcesses: number;
  /** Game servers that have not ended. */
  readonly processes: number;
  /** On them. */
  readonly rooms: number;
  readonly isAlive: boolean;
  readonly isDrained: boolean;
  /** It said good-bye. */
  readonly isRetired: boolean;
  /** Since its last heartbeat; 0 when it is retired. */
  readonly silentSeconds: number;
}

/** The hosts by their ids, those that have ended too for 72 h; without game servers that were started by somebody else. */
export async function findHosts({ sql }: Database): Promise<HostFacts[]> {
  return sql<HostFacts[]>`
    select h.host_id as "hostId", h.provider, h.regions, h.max_processes as "maxProcesses", own.processes, own.rooms,
           host_is_alive(h.beat_at) as "isAlive", h.drained_at is not null as "isDrained", h.beat_at = '-infinity' as "isRetired",
           case when isfinite(h.beat_at) then extract(epoch from clock_timestamp() - h.beat_at)::float8 else 0 end
             as "silentSeconds"
      from hosts h
      cross join lateral (
        select count(*)::integer as processes, coalesce(sum(p.rooms_allocated), 0)::integer as rooms
          from processes p where p.host_id = h.host_id and p.terminated_at is null
      ) own
     where h.provider <> 'static' order by h.host_id`;
}
