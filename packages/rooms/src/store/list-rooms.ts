import type { Database } from "./database.ts";

export interface ListedRoomRow {
  readonly roomId: string;
  readonly username: string;
  readonly expiresAt: Date;
}

/** Live rooms of an application, newest first, with the username of their credential and never a password. */
export async function listRoomCredentials({ sql }: Database, appId: string, limit: number): Promise<ListedRoomRow[]> {
  return sql<ListedRoomRow[]>`
    select r.room_id as "roomId", c.username, c.expires_at as "expiresAt"
      from rooms r
      join turn_credentials c on c.room_key = r.room_key and c.player_id is null and c.revoked_at is null
     where r.app_id = ${appId} and r.destroyed_at is null
     order by r.created_at desc, r.room_key desc
     limit ${limit}`;
}
