import { TEST_REGION } from "@roombridge/testing";
import {
  DUE_ROOMS,
  FEW_PROCESSES,
  FEW_ROOMS,
  LISTED_PROCESSES,
  LIVE_ROOMS,
  PROCESSES,
  ROOMS_LEFT,
  ROOMS_PER_ENDED,
  SAMPLE,
} from "./sizes.ts";

/** Live rooms between those that have ended; all others are the newest ones. */
const OLD_LIVE_ROOMS = LIVE_ROOMS / 10;
/** Processes from this number on have ended. */
export const FIRST_ENDED = PROCESSES + FEW_PROCESSES;

export interface Owners {
  readonly large: Owner;
  readonly small: Owner;
}

export interface Owner {
  readonly appId: string;
  readonly poolId: string;
}

/** SQL for the id of a process that scripts can reckon out; `number` is SQL too. */
export function processSql(number: string): string {
  return `('00000000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}

/** Six digits of base36 of the seconds since 1970, as ids begin. */
const SECONDS = [5, 4, 3, 2, 1, 0]
  .map((place) => `substr('0123456789abcdefghijklmnopqrstuvwxyz', (1 + s / ${36 ** place} % 36)::integer, 1)`)
  .join(" || ");

/**
 * Every room of the database, in the order in which they came. The rooms that are due to be forgotten come first, then those that
 * have ended within a day at an even pace, each after a quarter of an hour, with a tenth of the living between them; the others
 * that live came in the last quarter.
 */
export function roomsToFill(history: number): string {
  const ended = history + DUE_ROOMS;
  const old = ended + OLD_LIVE_ROOMS;
  return `
    create unlogged table bench_fill as
    select n, is_live, created_at, case when not is_live then created_at + interval '15 minutes' end as ended_at,
           is_live and number <= ${FEW_ROOMS} as is_small,
           case when is_live and number <= ${FEW_ROOMS} then ${PROCESSES} + number % ${FEW_PROCESSES}
                when is_live then number % ${PROCESSES}
                when number between ${DUE_ROOMS + 1} and ${DUE_ROOMS + LISTED_PROCESSES * ROOMS_LEFT} then number % ${LISTED_PROCESSES}
                else ${FIRST_ENDED} + number / ${ROOMS_PER_ENDED} end as process,
           ${SECONDS} || left(md5('key' || n), 10) as room_key, ${SECONDS} || left(md5('id' || n), 10) as room_id
      from (select n, is_live, number, created_at, extract(epoch from created_at)::bigint as s
              from (select n, n > ${ended + OLD_LIVE_ROOMS} or lives > lived as is_live,
                           case when n > ${old} then n - ${ended} when lives > lived then lives else n - lives end as number,
                           case when n > ${old} then now() - interval '15 minutes' * (1 - 0.9 * (n - ${old}) / ${LIVE_ROOMS - OLD_LIVE_ROOMS})
                                when n - lives <= ${DUE_ROOMS} then now() - interval '74 hours' + interval '1 millisecond' * (n - lives)
                                else now() - interval '23 hours' + interval '22.5 hours' * ((n - lives - ${DUE_ROOMS})::float8 / ${history})
                           end as created_at
                      from (select n, n * ${OLD_LIVE_ROOMS} / ${old} as lives, (n - 1) * ${OLD_LIVE_ROOMS} / ${old} as lived
                              from generate_series(1::bigint, ${ended + LIVE_ROOMS}) n) counted
                   ) placed
           ) timed`;
}

/** Rooms that reads ask for: as many that live as have ended, evenly from everywhere. */
export function sampleToFill(): string {
  return `
    create table bench_sample as
    select is_live, room_id
      from (select is_live, room_id, row_number() over (partition by is_live order by n) as number,
                   count(*) over (partition by is_live) as rooms
              from bench_fill where not is_small and created_at > now() - interval '24 hours') numbered
     where number % (rooms / ${SAMPLE}) = 0`;
}

/** The statements that fill each table from what `roomsToFill` has made, in its order, because each reads it from its beginning. */
export function tablesToFill({ large, small }: Owners): string[] {
  const owner = (column: "appId" | "poolId") =>
    `case when is_small then '${small[column]}' else '${large[column]}' end`;
  const process = processSql("process");
  const username = "room_key || '.' || left(md5(room_key), 16)";
  return [
    `insert into room_events (app_id, room_key, type, payload, created_at)
     select ${owner("appId")}, room_key, type,
            case when type = 'room.destroyed' then jsonb_build_object('roomId', room_id, 'reason', 'destroyed')
                 else jsonb_build_object('roomId', room_id, 'region', '${TEST_REGION}', 'processId', ${process}) end,
            case when type = 'room.destroyed' then ended_at else created_at end
       from bench_fill, unnest('{room.created,room.active,room.destroyed}'::text[]) as type
      where not is_live or type <> 'room.destroyed'`,
    `insert into rooms (room_key, app_id, room_id, state, region, pool_id, placements, created_at, destroyed_at)
     select room_key, ${owner("appId")}, room_id, case when is_live then 'active' else 'destroyed' end, '${TEST_REGION}',
            (${owner("poolId")})::bigint, 1, created_at, ended_at
       from bench_fill`,
    // RFC 9562: a UUID of version 7 begins with milliseconds.
    `insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at, unscheduled_at)
     select (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' || left(md5(room_key), 3)
              || '8' || right(md5(room_key), 15))::uuid, room_key, ${process}, created_at, ended_at
       from bench_fill`,
    `insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at, revoked_at)
     select ${username}, room_key, 'roombridge', md5(room_key), 'bench', created_at,
            case when is_live then now() + interval '12 hours' else created_at + interval '1 hour' end, ended_at
       from bench_fill`,
  ];
}
