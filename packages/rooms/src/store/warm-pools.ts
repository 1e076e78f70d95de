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

/** Where the newest deployments want more processes with a free slot than there are. */
export async function findColdPools({ sql }: Database): Promise<ColdPool[]> {
  return sql<ColdPool[]>`select deployment_id as "deploymentId", region, missing from find_cold_pools()`;
}

/** Starts what is still missing, as far as the limits of the deployment and of the hosts allow; answers how many. */
export async function warmPool({ sql }: Database, { deploymentId, region, missing }: ColdPool): Promise<number> {
  const processIds = Array.from({ length: Math.min(missing, MAX_AT_ONCE) }, newUuid);
  const [row] = await retryConflicts(
    () => sql<{ started: number }[]>`select warm_pool(${deploymentId}, ${region}, ${processIds}::uuid[]) as started`,
  );
  return row?.started ?? 0;
}
