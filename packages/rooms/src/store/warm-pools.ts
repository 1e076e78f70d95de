import type { Region } from "@roombridge/models/api";
import { newUuid } from "../ids.ts";
import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

export interface ColdPool {
  readonly deploymentId: string;
  readonly region: Region;
  /** Processes with a free slot that are to be started ahead. */
  readonly missing: number;
}

/** Started in one go at most; the rest follows with the next round. */
const MAX_AT_ONCE = 100;

/** Where the newest deployments want more processes with a free slot than there are, and a live host may start them. */
export async function findColdPools({ sql }: Database): Promise<ColdPool[]> {
  return sql<ColdPool[]>`
    select c.deployment_id as "deploymentId", c.region, c.missing from find_cold_pools() c
     where pool_is_served(c.deployment_id, c.region)`;
}

/** Starts what is still missing, as far as the limits of the deployment and of the hosts allow; answers how many. */
export async function warmPool({ sql }: Database, { deploymentId, region, missing }: ColdPool): Promise<number> {
  const processIds = Array.from({ length: Math.min(missing, MAX_AT_ONCE) }, newUuid);
  // What hosts with a certificate can hold is counted before the lock: one too many waits until one of them has room.
  const [row] = await retryConflicts(
    () => sql<{ started: number }[]>`
      select warm_pool(${deploymentId}, ${region}, case when needs_tls(${deploymentId})
               then (${processIds}::uuid[])[1:tls_capacity(${region})::integer] else ${processIds}::uuid[] end) as started`,
  );
  return row?.started ?? 0;
}
