import type { Region } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import type { Database } from "./database.ts";

export interface RoomCredentialRow {
  readonly roomKey: string;
  readonly roomId: string;
  readonly state: RoomState;
  readonly region: Region;
  readonly username: string;
  readonly keyVersion: string;
  readonly expiresAt: Date;
  /** Whole seconds until then. */
  readonly ttlSeconds: number;
  /** Half of the lifetime is over: time to renew. */
  readonly isPastHalfLife: boolean;
}

/** Of room `r` and its credential `c`, as `RoomCredentialRow` without `isPastHalfLife`. */
const COLUMNS = `
  r.room_key as "roomKey", r.room_id as "roomId", r.state, r.region, c.username, c.key_version as "keyVersion",
  c.expires_at as "expiresAt",
  greatest(0, floor(extract(epoch from c.expires_at - clock_timestamp())))::integer as "ttlSeconds"`;

/**
 * The room credential of a live room, the given application's room first, else the organisation's newest room of this
 * id. `ttlSeconds` is the lifetime that renewal gives.
 */
export async function findRoomCredential(
  { sql }: Database,
  wanted: { readonly appId: string; readonly orgId: string; readonly roomId: string; readonly ttlSeconds: number },
): Promise<RoomCredentialRow | undefined> {
  const [row] = await sql<RoomCredentialRow[]>`
    select ${sql.unsafe(COLUMNS)},
           c.expires_at < clock_timestamp() + make_interval(secs => ${wanted.ttlSeconds}::integer / 2.0) as "isPastHalfLife"
      from applications a
      join rooms r on r.app_id = a.app_id and r.room_id = ${wanted.roomId} and r.destroyed_at is null
      join turn_credentials c on c.room_key = r.room_key and c.player_id is null and c.revoked_at is null
     where a.org_id = ${wanted.orgId} and a.deleted_at is null
     order by r.app_id = ${wanted.appId} desc, r.created_at desc
     limit 1`;
  return row;
}

/** As `findRoomCredential`, of the application's own room only. */
export async function findOwnRoomCredential(
  { sql }: Database,
  wanted: { readonly appId: string; readonly roomId: string; readonly ttlSeconds: number },
): Promise<RoomCredentialRow | undefined> {
  const [row] = await sql<RoomCredentialRow[]>`
    select ${sql.unsafe(COLUMNS)},
           c.expires_at < clock_timestamp() + make_interval(secs => ${wanted.ttlSeconds}::integer / 2.0) as "isPastHalfLife"
      from rooms r
      join turn_credentials c on c.room_key = r.room_key and c.player_id is null and c.revoked_at is null
     where r.app_id = ${wanted.appId} and r.room_id = ${wanted.roomId} and r.destroyed_at is null`;
  return row;
}

/**
 * Moves the end of a room credential, and of a room that expires with it. Undefined when the room was destroyed or
 * suspended meanwhile.
 */
export async function renewRoomCredential(
  { sql }: Database,
  username: string,
  ttlSeconds: number,
): Promise<{ readonly expiresAt: Date; readonly ttlSeconds: number } | undefined> {
  const [row] = await sql<{ expiresAt: Date; ttlSeconds: number }[]>`
    with room as materialized (
      select r.room_key from rooms r join turn_credentials c on c.room_key = r.room_key
       where c.username = ${username} and r.state not in ('destroyed', 'suspended')
         for update of r
    ), renewed as (
      update turn_credentials c set expires_at = greatest(c.expires_at, clock_timestamp() + make_interval(secs => ${ttlSeconds}::integer))
        from room where c.username = ${username} and c.room_key = room.room_key and c.revoked_at is null
      returning c.room_key, c.expires_at
    ), prolonged as (
      update rooms r set expires_at = greatest(r.expires_at, renewed.expires_at) from renewed
       where r.room_key = renewed.room_key and r.expires_at is not null
    )
    select expires_at as "expiresAt", floor(extract(epoch from expires_at - clock_timestamp()))::integer as "ttlSeconds"
      from renewed`;
  return row;
}

export interface NewKey {
  readonly username: string;
  readonly realm: string;
  readonly hmackey: string;
  readonly keyVersion: string;
}

/** Another key for a credential, unless it has been revoked. Who does so twice with the same key changes nothing. */
export async function rekeyCredential(
  { sql }: Database,
  { username, realm, hmackey, keyVersion }: NewKey,
): Promise<void> {
  await sql`
    update turn_credentials set realm = ${realm}, hmackey = ${hmackey}, key_version = ${keyVersion}
     where username = ${username} and revoked_at is null`;
}
