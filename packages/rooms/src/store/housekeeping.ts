import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

const BATCH = 1_000;

/** Destroys live rooms whose time is over; at most 1,000. Answers how many. */
export async function destroyExpiredRooms({ sql }: Database): Promise<number> {
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(array(
        select room_key from rooms where expires_at <= clock_timestamp() and destroyed_at is null order by expires_at limit ${BATCH}
      ), 'expired')`,
  );
  return rows.length;
}

/** Destroys rooms that nobody resumed within the given hours; at most 1,000. */
export async function destroyForgottenRooms({ sql }: Database, ttlHours: number): Promise<number> {
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(array(
        select room_key from rooms
         where unscheduled_at <= clock_timestamp() - make_interval(hours => ${ttlHours}::integer)
           and state = 'unscheduled' and destroyed_at is null
         order by unscheduled_at limit ${BATCH}
      ), 'unscheduled_too_long')`,
  );
  return rows.length;
}

/** Processes that cannot be trusted any more, with the reason to record. */
export async function findLostProcesses(
  { sql }: Database,
  bindDeadlineSeconds: number,
): Promise<{ processId: string; reason: "host_lost" | "bind_deadline" }[]> {
  return sql<{ processId: string; reason: "host_lost" | "bind_deadline" }[]>`
    select p.process_id as "processId",
           case when p.host_id is not null and not coalesce(host_is_alive(h.beat_at), false) then 'host_lost' else 'bind_deadline' end as reason
      from processes p left join hosts h on h.host_id = p.host_id
     where p.terminated_at is null
       and (p.host_id is not null and not coalesce(host_is_alive(h.beat_at), false)
            or p.status = 'starting'
               and coalesce(p.booted_at, p.created_at) < clock_timestamp() - make_interval(secs => ${bindDeadlineSeconds}::integer))
     order by p.process_id limit ${BATCH}`;
}

/**
 * Asks for the end of running processes that have had no room for 300 s, where the deployment allows it. One statement: a
 * process that gets a room meanwhile keeps running.
 */
export async function stopIdleProcesses({ sql }: Database): Promise<number> {
  const { count } = await sql`
    with idle as (
      update processes p set status = 'stopping', stop_reason = 'idle', stopping_at = clock_timestamp()
        from deployments d
       where d.deployment_id = p.deployment_id and d.idle_timeout_enabled
         and p.status = 'running' and p.stop_reason is null and p.rooms_allocated = 0
         and p.started_at < clock_timestamp() - interval '300 seconds'
         and not exists (
           select from room_allocations a
            where a.process_id = p.process_id and a.unscheduled_at > clock_timestamp() - interval '300 seconds')
      returning p.region
    )
    select pg_notify('roombridge_processes', region) from idle`;
  return count;
}

/** Forgets tombstones after 24 h, with their allocations and credentials. */
export async function deleteTombstones({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from rooms where room_key in (
      select room_key from rooms where destroyed_at < clock_timestamp() - interval '24 hours' order by destroyed_at limit ${BATCH})`;
  return count;
}

/** Forgets what ended more than 72 h ago: allocations, then processes that no allocation names, and events. */
export async function deleteHistory({ sql }: Database): Promise<number> {
  const allocations = await sql`
    delete from room_allocations where room_allocation_id in (
      select room_allocation_id from room_allocations
       where unscheduled_at < clock_timestamp() - interval '72 hours' order by unscheduled_at limit ${BATCH})`;
  const processes = await sql`
    delete from processes where process_id in (
      select p.process_id from processes p
       where p.terminated_at < clock_timestamp() - interval '72 hours'
         and not exists (select from room_allocations a where a.process_id = p.process_id)
       order by p.terminated_at limit ${BATCH})`;
  const events = await sql`
    delete from room_events where id in (
      select id from room_events where created_at < clock_timestamp() - interval '72 hours' order by created_at limit ${BATCH})`;
  return allocations.count + processes.count + events.count;
}

/** Forgets per-player credentials an hour after their end; a room's own credential goes with its room. */
export async function deleteDeadCredentials({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from turn_credentials where username in (
      select username from turn_credentials
       where player_id is not null and least(revoked_at, expires_at) < clock_timestamp() - interval '1 hour'
       limit ${BATCH})`;
  return count;
}
