import type { Passing } from "./life-cycle-command.ts";
import type { Subject } from "./life-cycle-subject.ts";
import { hasHadRooms, type Started } from "./life-cycle-upkeep.ts";
import { livingFirst, living, pick, roomsOn, type ModelHost, type World } from "./life-cycle-world.ts";

/** Time cannot be waited for: what it would reach is moved back. */
export async function pass(
  { database: { sql }, appId }: Subject,
  world: World,
  passing: Passing,
  roomId: string,
): Promise<void> {
  const room = world.rooms.findLast((other) => other.roomId === roomId && other.state !== "destroyed");
  const process = "nth" in passing ? pick(livingFirst(world), passing.nth) : undefined;
  switch (passing.do) {
    case "expire":
      if (!room) return;
      room.credential.isExpired = true;
      if (room.expires !== undefined) room.expires = "due";
      await sql`
        update turn_credentials set expires_at = clock_timestamp() - interval '1 second' where username = ${room.credential.username}`;
      await sql`
        update rooms set expires_at = clock_timestamp() - interval '1 second'
         where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null and expires_at is not null`;
      return;
    case "forget":
      if (room?.state !== "unscheduled") return;
      room.isOld = true;
      await sql`
        update rooms set unscheduled_at = unscheduled_at - interval '73 hours'
         where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null`;
      return;
    case "forgetWake":
      if (room) room.isWokenRecently = false;
      await sql`
        update rooms set woken_at = clock_timestamp() - interval '10 seconds'
         where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null and woken_at is not null`;
      return;
    case "ageTombstones":
      for (const other of world.rooms) if (other.state === "destroyed") other.isOld = true;
      await sql`
        update rooms set destroyed_at = destroyed_at - interval '25 hours' where app_id = ${appId} and destroyed_at is not null`;
      return;
    case "idle":
      if (!process?.hasRun || process.hasEnded) return;
      process.isLongIdle = true;
      process.hasRunLong = true;
      await sql`
        update processes set started_at = started_at - interval '301 seconds' where process_id = ${process.processId}`;
      await sql`
        update room_allocations set unscheduled_at = unscheduled_at - interval '301 seconds'
         where process_id = ${process.processId} and unscheduled_at is not null`;
      return;
    case "growOld":
      if (process?.status !== "running") return;
      process.isAged = true;
      process.hasRunLong = true;
      if (!hasHadRooms(world, process)) process.isLongIdle = true;
      await sql`
        update processes set started_at = started_at - interval '25 hours' where process_id = ${process.processId}`;
      return;
    case "abandon":
      if (!process || !["running", "draining"].includes(process.status) || roomsOn(world, process).length === 0) return;
      process.isQuiet = true;
      for (const other of roomsOn(world, process)) for (const stay of other.stays) stay.isLong = true;
      process.hasRunLong = true;
      await sql`
        update processes set started_at = started_at - interval '301 seconds',
               no_connections_since = clock_timestamp() - interval '301 seconds' where process_id = ${process.processId}`;
      // All stays of its rooms, so that their order remains.
      await sql`
        update room_allocations set scheduled_at = scheduled_at - interval '301 seconds'
         where room_key in (
           select room_key from room_allocations where process_id = ${process.processId} and unscheduled_at is null)`;
      return;
    case "overdue":
      if (process?.status !== "starting") return;
      process.isOverdue = true;
      if (process.owner) {
        process.hasBooted = true;
        await sql`
          update processes set booted_at = clock_timestamp() - interval '101 seconds' where process_id = ${process.processId}`;
      } else {
        process.createdAt -= 1e6;
        await sql`
          update processes set created_at = created_at - interval '101 seconds' where process_id = ${process.processId}`;
      }
      return;
    case "recoverPools":
      for (const pool of world.pools.values()) pool.isStopped = false;
      await sql`update pools set stopped_until = clock_timestamp() where app_id = ${appId}`;
  }
}

/** The host beats no more. */
export async function silence({ database }: Subject, { hostId }: ModelHost): Promise<void> {
  await database.sql`update hosts set beat_at = clock_timestamp() - interval '7 seconds' where host_id = ${hostId}`;
}

/** Every process that there is. */
export async function allProcesses({ database, appId }: Subject): Promise<Started[]> {
  return database.sql<Started[]>`select process_id as "processId", region from processes where app_id = ${appId}`;
}

/** Processes that have ended without the model's knowledge, in the order of their ends. */
export async function endedSince({ database, appId }: Subject, world: World): Promise<string[]> {
  const known = living(world).map(({ processId }) => processId);
  const rows = await database.sql<{ processId: string }[]>`
    select process_id as "processId" from processes
     where app_id = ${appId} and process_id = any (${known}::uuid[]) and terminated_at is not null
     order by terminated_at`;
  return rows.map(({ processId }) => processId);
}
