import type { Database } from "./database.ts";
import { BATCH } from "./housekeeping.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/**
 * Lets a host take no more game servers; those that it has take no more rooms, and end with their last one. It stays so over
 * restarts of the host. False when there is no such host, or it is a game server that somebody else has started.
 */
export async function drainHost({ sql }: Database, hostId: string): Promise<boolean> {
  // The capacity goes first: what is claimed or begins to run meanwhile is found by the housekeeping.
  const { count } = await sql`
    update hosts set drained_at = coalesce(drained_at, clock_timestamp()), max_processes = 0
     where host_id = ${hostId} and provider <> 'static'`;
  if (count === 0) return false;
  // What gives the rooms of a crashed process another one has locked that process already, whatever comes before it here.
  await retryConflicts(
    () => sql`
    update processes set status = 'draining'
     where process_id in (
       select process_id from processes
        where host_id = ${hostId} and status = 'running' and stop_reason is null and terminated_at is null
        order by process_id for update)`,
  );
  return true;
}

/**
 * Lets a host take game servers again, from its next heartbeat on, and those that it has take rooms. Those that are too old for
 * that drain on, once the housekeeping has seen them. False when there is no such host, or it was not drained.
 */
export async function undrainHost({ sql }: Database, hostId: string): Promise<boolean> {
  const { count } = await sql`
    update hosts set drained_at = null where host_id = ${hostId} and drained_at is not null`;
  if (count === 0) return false;
  await retryConflicts(
    () => sql`
    update processes set status = 'running'
     where process_id in (
       select process_id from processes
        where host_id = ${hostId} and status = 'draining' and stop_reason is null and terminated_at is null
        order by process_id for update)`,
  );
  return true;
}

/** Lets running processes of drained hosts take no more rooms; at most 1,000. Answers how many. */
export async function drainProcessesOfHosts({ sql }: Database): Promise<number> {
  const { count } = await sql`
    update processes set status = 'draining'
     where process_id in (
       select p.process_id from hosts h join processes p on p.host_id = h.host_id
        where h.drained_at is not null and p.status = 'running' and p.stop_reason is null and p.terminated_at is null
        order by p.process_id limit ${BATCH} for update of p skip locked)`;
  return count;
}
