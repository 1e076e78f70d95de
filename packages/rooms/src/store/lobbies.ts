import type { LobbyVisibility, Region } from "@roombridge/models/api";
import type { Lobby } from "../lobby.ts";
import type { Database } from "./database.ts";
import { BATCH } from "./housekeeping.ts";

export interface NewLobby {
  readonly roomKey: string;
  readonly appId: string;
  readonly createdBy: string | number;
  readonly visibility: LobbyVisibility;
  readonly shortCode: string;
  /** How many the player may make in an hour; 0: no limit. */
  readonly perHour: number;
}

export type ReserveRow =
  | { readonly createdAt: Date; readonly retryAfterSeconds: null }
  | { readonly createdAt: null; readonly retryAfterSeconds: number };

/** Writes down the lobby of a room that is about to be created, within the player's limit. Repeating it is safe. */
export async function reserveLobby({ sql }: Database, lobby: NewLobby): Promise<ReserveRow> {
  const [row] = await sql<ReserveRow[]>`
    select created_at as "createdAt", retry_after_seconds as "retryAfterSeconds"
      from reserve_lobby(${lobby.roomKey}, ${lobby.appId}, ${JSON.stringify(lobby.createdBy)}::text::jsonb, ${lobby.visibility},
                         ${lobby.shortCode}, ${lobby.perHour}::integer)`;
  if (!row) throw new Error("reserve_lobby answers one row");
  return row;
}

/** Forgets the lobby of a room that was not created, so that it does not count against the player. */
export async function deleteLobby({ sql }: Database, roomKey: string): Promise<void> {
  await sql`delete from lobbies where room_key = ${roomKey}`;
}

/** Of lobby `l` and its room `r`. */
const COLUMNS = `
  r.app_id as "appId", r.room_id as "roomId", r.region, l.visibility, l.created_by as "createdBy",
  l.created_at as "createdAt", r.room_config as "roomConfig", l.short_code as "shortCode"`;

/** Of configs in one answer: anybody may ask, and players write them. */
const MAX_CONFIG_BYTES = 4 * 1_024 * 1_024;

/**
 * Public lobbies whose room is on a process, newest first, as far as their configs have 4 MiB. Goes over the live rooms, of
 * which there are fewer than of lobbies.
 */
export async function findPublicLobbies(
  { sql }: Database,
  wanted: { readonly appId: string; readonly region: Region | undefined; readonly limit: number },
): Promise<Lobby[]> {
  const rows = await sql<(Lobby & { readonly born: Date; readonly key: string; readonly bytes: string | null })[]>`
    with found as materialized (
      select ${sql.unsafe(COLUMNS)}, r.created_at as born, r.room_key as key
        from rooms r join lobbies l on l.room_key = r.room_key
       where r.app_id = ${wanted.appId} and r.destroyed_at is null and r.state = 'active' and l.visibility = 'public'
         and r.region = coalesce(${wanted.region ?? null}, r.region)
       order by r.created_at desc, r.room_key desc
       limit ${wanted.limit}
    ), sized as (
      select f.*, sum(octet_length(f."roomConfig")) over (order by f.born desc, f.key desc) as bytes from found f
    )
    select * from sized where coalesce(bytes, 0) <= ${MAX_CONFIG_BYTES} order by born desc, key desc`;
  return rows.map((row) => {
    const { born: _, key: __, bytes: ___, ...lobby } = row;
    return lobby;
  });
}

/** The lobby of the live room of this id. */
export async function findLobbyOfRoom({ sql }: Database, appId: string, roomId: string): Promise<Lobby | undefined> {
  const [row] = await sql<Lobby[]>`
    select ${sql.unsafe(COLUMNS)}
      from rooms r join lobbies l on l.room_key = r.room_key
     where r.app_id = ${appId} and r.room_id = ${roomId} and r.destroyed_at is null`;
  return row;
}

/** The newest lobby with this code that has a live room. */
export async function findLobbyByShortCode(
  { sql }: Database,
  appId: string,
  shortCode: string,
): Promise<Lobby | undefined> {
  const [row] = await sql<Lobby[]>`
    select ${sql.unsafe(COLUMNS)}
      from lobbies l join rooms r on r.room_key = l.room_key and r.destroyed_at is null
     where l.app_id = ${appId} and l.short_code = ${shortCode}
     order by l.created_at desc, l.room_key desc
     limit 1`;
  return row;
}

/**
 * Looks once at each lobby that is an hour old, when its room has long been created or never will be, and forgets those
 * without a room. Those with one go with it. Answers how many it looked at, at most 1,000.
 */
export async function settleLobbies({ sql }: Database): Promise<number> {
  const [row] = await sql<{ seen: number }[]>`
    with old as materialized (
      select l.room_key, r.room_key is not null as has_room
        from lobbies l left join rooms r on r.room_key = l.room_key
       where not l.has_room and l.created_at < statement_timestamp() - interval '1 hour'
       order by l.created_at limit ${BATCH}
         for update of l skip locked
    ), kept as (
      update lobbies l set has_room = true from old where l.room_key = old.room_key and old.has_room
    ), gone as (
      delete from lobbies l using old where l.room_key = old.room_key and not old.has_room
    )
    select count(*)::integer as seen from old`;
  return row?.seen ?? 0;
}
