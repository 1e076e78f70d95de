import type { Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";

export interface LocalRoom {
  readonly appId: string;
  readonly region: Region;
  readonly roomKey: string;
  readonly roomId: string;
  readonly roomConfig: string | null;
  readonly lifetimeSeconds: number;
  readonly username: string;
  readonly hmackey: string;
  readonly realm: string;
  readonly keyVersion: string;
  readonly ttlSeconds: number;
}

/** Creates a room that never has a game server of ours. False when a live room has its id. Repeating it is safe. */
export async function insertLocalRoom({ sql }: Database, room: LocalRoom): Promise<boolean> {
  const [row] = await sql<{ created: boolean }[]>`
    select create_local_room(
      ${room.appId}, ${room.region}, ${room.roomKey}, ${room.roomId}, ${room.roomConfig},
      ${room.lifetimeSeconds}::integer, ${room.username}, ${room.hmackey}, ${room.realm}, ${room.keyVersion},
      ${room.ttlSeconds}::integer) as created`;
  return row?.created ?? false;
}
