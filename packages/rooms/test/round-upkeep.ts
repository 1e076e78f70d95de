import { endProcess, listHostProcesses, runHousekeeping, type HostBeat } from "@roombridge/rooms";
import { expect } from "vitest";
import type { Subject } from "./life-cycle-subject.ts";
import type { Upkeep } from "./round.ts";
import type { Snapshot } from "./round-snapshot.ts";

const MAX_AGE_HOURS = 1;

export async function keepHouse({ database }: Subject): Promise<void> {
  const settings = { unscheduledTtlHours: 72, bindDeadlineSeconds: 3_600, maxProcessAgeHours: MAX_AGE_HOURS };
  await runHousekeeping(database, settings);
}

/** `processId` is the process that a call is about. */
export async function keepUp(
  stage: Subject & { readonly olderDeploymentId: string },
  call: Upkeep,
  processId: string | undefined,
): Promise<void> {
  const { database, appId, olderDeploymentId } = stage;
  const { sql } = database;
  switch (call.do) {
    case "keepHouse":
      return keepHouse(stage);
    case "keepWarm":
      await sql`
        update deployments set warm_processes = ${call.warmProcesses}
         where app_id = ${appId} and (deployment_id = ${olderDeploymentId}) = ${call.isOlder}`;
      return;
    case "growOld":
      await sql`
        update processes set started_at = clock_timestamp() - make_interval(hours => ${MAX_AGE_HOURS + 1}::integer)
         where process_id = ${processId ?? null} and status = 'running'`;
      return;
    case "abandon":
      // Nothing has been on it for long, if nothing is on it now.
      await sql`
        update room_allocations set unscheduled_at = clock_timestamp() - interval '400 seconds'
         where process_id = ${processId ?? null} and unscheduled_at is not null`;
      await sql`
        update processes set started_at = clock_timestamp() - interval '400 seconds'
         where process_id = ${processId ?? null} and status = 'running'`;
  }
}

/** The host has stopped all that it was asked to. */
export async function finishProcesses({ database }: Subject, { hostId, incarnation }: HostBeat): Promise<void> {
  for (const row of await listHostProcesses(database, hostId)) {
    if (row.incarnation !== incarnation || row.stopReason === null) continue;
    await endProcess(database, { processId: row.processId, reason: "exited", exitCode: 0 });
  }
}

/** Who has nothing to do is asked to end only while that is so: at no moment there is a room on it. */
export async function expectNobodyRetired({ database, appId }: Subject): Promise<void> {
  const rows = await database.sql`
    select process_id, stop_reason, rooms_allocated from processes
     where app_id = ${appId} and status = 'stopping' and stop_reason in ('idle', 'outdated', 'max_age') and rooms_allocated > 0`;
  expect([...rows], "processes that were retired with rooms on them").toEqual([]);
}

/** No room comes to a process that takes none any more. */
export function expectNoNewRooms(before: Snapshot, after: Snapshot): void {
  const staysOn = ({ rooms }: Snapshot, processId: string) =>
    rooms.flatMap(({ stays }) => stays).filter((other) => other === processId).length;
  for (const { processId, status } of before.processes.values()) {
    if (status === "starting" || status === "running") continue;
    expect(staysOn(after, processId), `rooms that came to ${status} ${processId}`).toBe(staysOn(before, processId));
  }
}

/** When housekeeping is alone everything that is kept warm is there, or there is no room for it, and nothing is left to retire. */
export async function expectUpkeep(stage: Subject, hostCapacity: number): Promise<void> {
  const { sql } = stage.database;
  await keepHouse(stage);
  const cold = await sql<{ deploymentId: string; isFull: boolean; missing: number }[]>`
    select c.deployment_id as "deploymentId", c.missing,
           o.pool_id is not null and o.max_processes <= (
             select count(*) from processes p where p.pool_id = o.pool_id and p.terminated_at is null) as "isFull"
      from find_cold_pools() c left join pools o on o.deployment_id = c.deployment_id and o.region = c.region
     where c.region = 'London'`;
  const [living] = await sql<{ n: number }[]>`
    select count(*)::integer as n from processes where app_id = ${stage.appId} and terminated_at is null`;
  if ((living?.n ?? 0) < hostCapacity)
    expect(
      cold.filter(({ isFull }) => !isFull),
      "cold pools",
    ).toEqual([]);
  const left = await sql`
    select process_id from processes p where p.app_id = ${stage.appId} and retirement(p) is not null`;
  expect([...left], "processes with nothing to do").toEqual([]);
}
