import type { Database } from "./database.ts";

export interface ListedRoomRow {
  readonly roomId: string;
  readonly username: string;
  readonly expiresAt: Date;
}

/** Live rooms of an application, newest first, with the username of their credential and never a password. */
export async function listRoomCredentials({ sql }: Database, appId: string, limit: number): Promise<ListedRoomRow[]> {
  // lateral with a limit: a plain join would read every credential of the history.
  return sql<ListedRoomRow[]>`
    select r.room_id as "roomId", c.username, c.expires_at as "expiresAt"
      from rooms r
     cross join lateral (
       select username, expires_at from turn_credentials
        where room_key = r.room_key and player_id is null and revoked_at is null limit 1
     ) c
     where r.app_id = ${appId} and r.destroyed_at is null
     order by r.created_at desc, r.room_key desc
     limit ${limit}`;
}
