import type { Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";

/** What is used of a region, and what there is. */
export interface RegionUsage {
  readonly region: Region;
  readonly rooms: number;
  /** Slots of processes that take rooms. */
  readonly freeSlots: number;
  readonly starting: number;
  readonly running: number;
  readonly stopping: number;
  /** How long the oldest process that no host has taken yet has been waiting; 0 when there is none. */
  readonly unclaimedSeconds: number;
  /** Living hosts that start game servers, and how many these may have. */
  readonly hosts: number;
  readonly maxProcesses: number;
}

export interface RelayUsage {
  /** To which clients are sent. */
  readonly usable: number;
  /** That have been heard of in the last fifteen seconds, and are not usable. */
  readonly unusable: number;
  readonly sessions: number;
}

/** By region, of those that have a host or a process. It reads the living processes, and no room. */
export async function measureRegions({ sql }: Database): Promise<RegionUsage[]> {
  return sql<RegionUsage[]>`
    with used as (
      select region, sum(rooms_allocated)::integer as rooms,
             coalesce(sum(rooms_per_process - rooms_allocated) filter (where status in ('starting', 'running')), 0)::integer as free_slots,
             count(*) filter (where status = 'starting')::integer as starting,
             count(*) filter (where status = 'running')::integer as running,
             count(*) filter (where status = 'stopping')::integer as stopping,
             coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where status = 'starting' and host_id is null)),
                      0)::float8 as unclaimed_seconds
        from processes where terminated_at is null group by region
    ), there as (
      select r.region, count(*)::integer as hosts, sum(h.max_processes)::integer as max_processes
        from hosts h, unnest(h.regions) as r (region)
       where host_is_alive(h.beat_at) and h.provider <> 'static' group by r.region
    )
    select region, coalesce(rooms, 0) as rooms, coalesce(free_slots, 0) as "freeSlots", coalesce(starting, 0) as starting,
           coalesce(running, 0) as running, coalesce(stopping, 0) as stopping,
           coalesce(unclaimed_seconds, 0) as "unclaimedSeconds", coalesce(hosts, 0) as hosts,
           coalesce(max_processes, 0) as "maxProcesses"
      from used full join there using (region)
     order by region`;
}

export async function measureRelays({ sql }: Database): Promise<RelayUsage> {
  const [row] = await sql<RelayUsage[]>`
    select count(*) filter (where healthy and not draining)::integer as usable,
           count(*) filter (where draining or not healthy)::integer as unusable,
           coalesce(sum(sessions), 0)::integer as sessions
      from turn_servers where seen_at > clock_timestamp() - interval '15 seconds'`;
  if (!row) throw new Error("an aggregate answers one row");
  return row;
}
