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

export type LocalRoomOutcome = "created" | "duplicate" | "room_quota" | "app_not_found";

/** Creates a room that never has a game server of ours. Repeating it is safe. */
export async function insertLocalRoom({ sql }: Database, room: LocalRoom): Promise<LocalRoomOutcome> {
  const [row] = await sql<{ outcome: LocalRoomOutcome }[]>`
    select create_local_room(
      ${room.appId}, ${room.region}, ${room.roomKey}, ${room.roomId}, ${room.roomConfig},
      ${room.lifetimeSeconds}::integer, ${room.username}, ${room.hmackey}, ${room.realm}, ${room.keyVersion},
      ${room.ttlSeconds}::integer) as outcome`;
  if (!row) throw new Error("create_local_room answers one row");
  return row.outcome;
}
