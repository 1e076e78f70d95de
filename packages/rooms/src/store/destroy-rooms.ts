import type { Database } from "./database.ts";
import type { RoomName } from "./find-room.ts";
import { retryConflicts } from "./retry-conflicts.ts";
import { textArray } from "./text-array.ts";

/** How long several rooms wait together for a lock that somebody has on one of them, or on its process. */
const SHARED_LOCK_WAIT_MS = 500;

/**
 * Destroys the live rooms of these ids in one transaction, one round trip. For each, in the order in which they were asked for,
 * whether this destroyed it; a room that was asked for twice is destroyed for the first. Several rooms of which one stays locked
 * are SQLSTATE 55P03 after half a second, and none is destroyed; a single one waits for as long as its statement may take.
 */
export async function destroyRoomsById({ sql }: Database, wanted: readonly RoomName[]): Promise<boolean[]> {
  const lockTimeoutMs = wanted.length > 1 ? String(SHARED_LOCK_WAIT_MS) : null;
  // Setting it comes before any lock, because what is destroyed depends on it. The limits keep the planner from joining whole tables,
  // and the arrays are sub-selects: planned with their lengths in sight, each length would be planned anew.
  const rows = await retryConflicts(
    () => sql<RoomName[]>`
      select r.app_id as "appId", r.room_id as "roomId"
        from destroy_rooms(array(
          select l.room_key
            from unnest((select ${textArray(wanted.map(({ appId }) => appId))}::text[] from (
                           select set_config('lock_timeout', coalesce(${lockTimeoutMs}::text, current_setting('lock_timeout')), true) as told
                           offset 0) t where t.told is not null),
                        (select ${textArray(wanted.map(({ roomId }) => roomId))}::text[])) as w (app_id, room_id)
            cross join lateral (
              select r.room_key from rooms r
               where r.app_id = w.app_id and r.room_id = w.room_id and r.destroyed_at is null
               limit 1
            ) l
        ), 'destroyed') as d (room_key)
        cross join lateral (select r.app_id, r.room_id from rooms r where r.room_key = d.room_key limit 1) r`,
  );
  const destroyed = new Set(rows.map(nameOf));
  return wanted.map((room) => destroyed.delete(nameOf(room)));
}

function nameOf({ appId, roomId }: RoomName): string {
  return `${appId}\n${roomId}`;
}
