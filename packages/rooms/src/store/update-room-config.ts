import type { Database } from "./database.ts";

/** Replaces the config of the live room of this id; false when there is none. */
export async function updateRoomConfigById(
  { sql }: Database,
  appId: string,
  roomId: string,
  roomConfig: string,
): Promise<boolean> {
  const { count } = await sql`
    with updated as (
      update rooms set room_config = ${roomConfig}
       where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null
      returning room_key
    )
    insert into room_events (app_id, room_key, type, payload)
    select ${appId}, room_key, 'room.updated', jsonb_build_object('roomId', ${roomId}::text) from updated`;
  return count > 0;
}
