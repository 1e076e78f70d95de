import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/** Rows that one call of a job changes at most. */
export const BATCH = 1_000;

// Every condition on a time says statement_timestamp(): with clock_timestamp(), which is volatile, no index serves it.

/** Destroys live rooms whose time is over; at most 1,000. Answers how many. */
export async function destroyExpiredRooms({ sql }: Database): Promise<number> {
  // The second look, under the lock, spares a room that has been renewed since the first one.
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(array(
        select room_key from rooms
         where room_key = any (array(
                 select room_key from rooms
                  where expires_at <= statement_timestamp() and destroyed_at is null order by expires_at limit ${BATCH}))
           and expires_at <= statement_timestamp() and destroyed_at is null
         order by room_key for update
      ), 'expired')`,
  );
  return rows.length;
}

/** Destroys rooms that nobody resumed within the given hours; at most 1,000. */
export async function destroyForgottenRooms({ sql }: Database, ttlHours: number): Promise<number> {
  // Two looks, as above: somebody may have resumed it meanwhile, even if it has lost its process again.
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(array(
        select room_key from rooms
         where room_key = any (array(
                 select room_key from rooms
                  where unscheduled_at <= statement_timestamp() - make_interval(hours => ${ttlHours}::integer)
                    and state = 'unscheduled' and destroyed_at is null
                  order by unscheduled_at limit ${BATCH}))
           and unscheduled_at <= statement_timestamp() - make_interval(hours => ${ttlHours}::integer)
           and state = 'unscheduled' and destroyed_at is null
         order by room_key for update
      ), 'unscheduled_too_long')`,
  );
  return rows.length;
}

/**
 * Processes that seem lost: see `endLostProcess`. Not static ones: only who takes their heartbeats knows whether they could
 * send any.
 */
export async function findLostProcesses({ sql }: Database, bindDeadlineSeconds: number): Promise<string[]> {
  const rows = await sql<{ processId: string }[]>`
    select p.process_id as "processId"
      from processes p left join hosts h on h.host_id = p.host_id
     where p.terminated_at is null and lost_reason(p, h.beat_at, ${bindDeadlineSeconds}::integer) is not null
       and h.provider is distinct from 'static'
     order by p.process_id limit ${BATCH}`;
  return rows.map(({ processId }) => processId);
}

/** Forgets tombstones after 24 h, with their allocations, credentials and lobbies. */
export async function deleteTombstones({ sql }: Database): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    with gone as (
      delete from rooms where room_key in (
        select room_key from rooms
         where destroyed_at < statement_timestamp() - interval '24 hours' order by destroyed_at limit ${BATCH})
      returning room_key
    ), theirs as (
      delete from lobbies l using gone where l.room_key = gone.room_key
    )
    select count(*)::integer as count from gone`;
  return row?.count ?? 0;
}

/** Forgets allocations that ended more than 72 h ago. */
export async function deleteEndedAllocations({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from room_allocations where room_allocation_id in (
      select room_allocation_id from room_allocations
       where unscheduled_at < statement_timestamp() - interval '72 hours' order by unscheduled_at limit ${BATCH})`;
  return count;
}

/** Forgets processes that ended more than 72 h ago and that no allocation names. */
export async function deleteEndedProcesses({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from processes where process_id in (
      select p.process_id from processes p
       where p.terminated_at < statement_timestamp() - interval '72 hours'
         and not exists (select from room_allocations a where a.process_id = p.process_id)
       order by p.terminated_at limit ${BATCH})`;
  return count;
}

/** Forgets events after 72 h. */
export async function deleteOldEvents({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from room_events where id in (
      select id from room_events
       where created_at < statement_timestamp() - interval '72 hours' order by created_at limit ${BATCH})`;
  return count;
}

/** Forgets what was sent to webhooks after 72 h. */
export async function deleteOldDeliveries({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from webhook_deliveries where (webhook_id, xid, id) in (
      select webhook_id, xid, id from webhook_deliveries
       where ended_at < statement_timestamp() - interval '72 hours' order by ended_at limit ${BATCH})`;
  return count;
}

/** Forgets hosts that have been silent for 72 h and own nothing: a container has a new HOST_ID at each start. */
export async function deleteSilentHosts({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from hosts h
     where greatest(h.started_at, h.beat_at) < statement_timestamp() - interval '72 hours'
       and not exists (select from processes p where p.host_id = h.host_id and p.terminated_at is null)`;
  return count;
}

/** Forgets per-player credentials an hour after their end; a room's own credential goes with its room. */
export async function deleteDeadCredentials({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from turn_credentials where username in (
      select username from turn_credentials
       where player_id is not null and least(revoked_at, expires_at) < statement_timestamp() - interval '1 hour'
       order by least(revoked_at, expires_at) limit ${BATCH})`;
  return count;
}

/** Ends relay sessions of which nobody tells any more, at the moment when they were last seen. */
export async function endUnseenTurnSessions({ sql }: Database): Promise<number> {
  const { count } = await sql`
    update turn_sessions s set ended_at = s.seen_at
     where (s.server_id, s.session_id, s.started_at) in (
       select o.server_id, o.session_id, o.started_at from turn_sessions o
        where o.server_id = any (array(select server_id from turn_servers where not turn_server_is_seen(seen_at)))
          and o.ended_at is null
        limit ${BATCH} for update skip locked)`;
  return count;
}

/** Forgets relay sessions 72 h after their end. */
export async function deleteEndedTurnSessions({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from turn_sessions where (server_id, session_id, started_at) in (
      select server_id, session_id, started_at from turn_sessions
       where ended_at < statement_timestamp() - interval '72 hours' order by ended_at limit ${BATCH})`;
  return count;
}

/** Forgets relays that have been silent for 72 h. */
export async function deleteSilentTurnServers({ sql }: Database): Promise<number> {
  const { count } = await sql`
    delete from turn_servers t
     where greatest(t.started_at, t.seen_at) < statement_timestamp() - interval '72 hours'
       and not exists (select from turn_sessions s where s.server_id = t.server_id and s.ended_at is null)`;
  return count;
}

/** Forgets the secrets of TURN_MODE=rest an hour after their end. */
export async function deleteRetiredTurnSecrets({ sql }: Database): Promise<number> {
  const { count } = await sql`delete from turn_secrets where not_after < statement_timestamp() - interval '1 hour'`;
  return count;
}
