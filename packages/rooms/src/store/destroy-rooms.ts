import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/** Destroys the live room of this id; false when there is none. */
export async function destroyRoomById({ sql }: Database, appId: string, roomId: string): Promise<boolean> {
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(
        array(select room_key from rooms where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null), 'destroyed')`,
  );
  return rows.length > 0;
}
