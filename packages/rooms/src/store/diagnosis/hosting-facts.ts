import type { Region } from "@roombridge/models/api";
import type { Database } from "../database.ts";
import { findHosts, type HostFacts } from "../hosts.ts";

export interface StoppedPool {
  readonly appId: string;
  readonly region: Region;
  readonly startFailures: number;
  /** What the host found out about the last game server that failed. */
  readonly detail: string | null;
}

export interface HostingFacts {
  /** Without those of game servers that were started by somebody else. */
  readonly hosts: readonly HostFacts[];
  readonly staticServers: number;
  /** Regions where rooms have been placed, by applications that are there still. */
  readonly usedRegions: readonly Region[];
  /** Five start failures in a row, and not one that went well since. */
  readonly stoppedPools: readonly StoppedPool[];
  /** Game servers that no host has taken for ten seconds. */
  readonly unclaimed: number;
  /** Live rooms that lost their game server. */
  readonly unscheduledRooms: number;
  readonly deployments: number;
}

const START_FAILURES = 5;

export async function readHostingFacts(database: Database): Promise<HostingFacts> {
  const { sql } = database;
  const hosts = await findHosts(database);
  const stoppedPools = await sql<StoppedPool[]>`
    select o.app_id as "appId", o.region, o.start_failures as "startFailures",
           (select p.exit_detail from processes p where p.pool_id = o.pool_id and p.exit_detail is not null
             order by p.terminated_at desc nulls last limit 1) as detail
      from pools o join applications a on a.app_id = o.app_id and a.deleted_at is null
     where o.start_failures >= ${START_FAILURES} order by o.app_id, o.region limit 10`;
  const [counts] = await sql<Omit<HostingFacts, "hosts" | "stoppedPools">[]>`
    select (select count(*)::integer from hosts where provider = 'static' and host_is_alive(beat_at)) as "staticServers",
           array(select distinct o.region from pools o join applications a on a.app_id = o.app_id
                  where a.deleted_at is null order by 1) as "usedRegions",
           (select count(*)::integer from processes where status = 'starting' and host_id is null and terminated_at is null
               and created_at < clock_timestamp() - interval '10 seconds') as unclaimed,
           (select count(*)::integer from rooms where unscheduled_at is not null and destroyed_at is null) as "unscheduledRooms",
           (select count(*)::integer from deployments d join applications a on a.app_id = d.app_id
             where a.deleted_at is null and d.deleted_at is null) as deployments`;
  if (!counts) throw new Error("the server counts nothing");
  return { ...counts, hosts, stoppedPools };
}
