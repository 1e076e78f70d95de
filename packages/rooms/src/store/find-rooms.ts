import type { LiveRoomState, Region } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import type { Database } from "./database.ts";
import type { AllocationRow } from "./find-room.ts";

export interface RoomSummaryRow {
  readonly appId: string;
  readonly roomId: string;
  readonly roomConfig: string | null;
  readonly state: RoomState;
  readonly currentAllocation: AllocationRow | null;
}

/** A process may have seen more rooms in 72 h than one answer should hold. */
const MAX_INACTIVE = 10_000;

/** The open allocation `a` of a room, as `AllocationRow`. */
const ALLOCATION = `
  case when a.room_key is not null then jsonb_build_object(
    'roomAllocationId', a.room_allocation_id, 'processId', a.process_id,
    'scheduledAt', a.scheduled_at, 'unscheduledAt', a.unscheduled_at) end as "currentAllocation"`;

/** The rooms that are on this process, in the order in which they came; undefined when the application has no such process. */
export async function findActiveRooms(
  { sql }: Database,
  appId: string,
  processId: string,
): Promise<RoomSummaryRow[] | undefined> {
  const rows = await sql<Nullable<RoomSummaryRow>[]>`
    select r.app_id as "appId", r.room_id as "roomId", r.room_config as "roomConfig", r.state, ${sql.unsafe(ALLOCATION)}
      from processes p
      left join room_allocations a on a.process_id = p.process_id and a.unscheduled_at is null
      left join rooms r on r.room_key = a.room_key
     where p.process_id = ${processId} and p.app_id = ${appId}
     order by a.scheduled_at, a.room_allocation_id`;
  return roomsOfProcess(rows);
}

/**
 * The rooms that were on this process and are not any more, the last to leave first, with where they are now; at most
 * 10,000. Undefined when the application has no such process.
 */
export async function findInactiveRooms(
  { sql }: Database,
  appId: string,
  processId: string,
): Promise<RoomSummaryRow[] | undefined> {
  const rows = await sql<Nullable<RoomSummaryRow>[]>`
    select r.app_id as "appId", r.room_id as "roomId", r.room_config as "roomConfig", r.state, ${sql.unsafe(ALLOCATION)}
      from processes p
      left join lateral (
        select s.room_key, max(s.unscheduled_at) as left_at from room_allocations s
         where s.process_id = p.process_id
         group by s.room_key having bool_and(s.unscheduled_at is not null)
         order by left_at desc, s.room_key limit ${MAX_INACTIVE}
      ) gone on true
      left join rooms r on r.room_key = gone.room_key
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
     where p.process_id = ${processId} and p.app_id = ${appId}
     order by gone.left_at desc, gone.room_key`;
  return roomsOfProcess(rows);
}

type Nullable<Row> = { readonly [Key in keyof Row]: Row[Key] | null };

/** No row: no such process. One row of nulls: a process without rooms. */
function roomsOfProcess(rows: readonly Nullable<RoomSummaryRow>[]): RoomSummaryRow[] | undefined {
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ appId, roomId, roomConfig, state, currentAllocation }) =>
    appId === null || roomId === null || state === null
      ? []
      : [{ appId, roomId, roomConfig, state, currentAllocation }],
  );
}

/** Where a page ends: the last room of it. */
export interface RoomPosition {
  /** Microseconds since the epoch; more digits than a Date has. */
  readonly createdAtMicros: string;
  readonly roomKey: string;
}

export interface RoomFilter {
  readonly states: readonly LiveRoomState[] | undefined;
  readonly regions: readonly Region[] | undefined;
  readonly after: RoomPosition | undefined;
  readonly limit: number;
}

export interface LiveRoomRow extends RoomSummaryRow, RoomPosition {
  readonly state: LiveRoomState;
  readonly region: Region;
  readonly createdAt: Date;
}

/** Live rooms of an application, newest first. */
export async function findLiveRooms(
  { sql }: Database,
  appId: string,
  { states, regions, after, limit }: RoomFilter,
): Promise<LiveRoomRow[]> {
  return sql<LiveRoomRow[]>`
    select r.app_id as "appId", r.room_id as "roomId", r.room_config as "roomConfig", r.state, r.region, r.room_key as "roomKey",
           r.created_at as "createdAt", (extract(epoch from r.created_at) * 1000000)::bigint::text as "createdAtMicros",
           ${sql.unsafe(ALLOCATION)}
      from rooms r
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
     where r.app_id = ${appId} and r.destroyed_at is null
       ${states ? sql`and r.state = any (${states as LiveRoomState[]}::text[])` : sql``}
       ${regions ? sql`and r.region = any (${regions as Region[]}::text[])` : sql``}
       ${
         after
           ? sql`and (r.created_at, r.room_key)
                   < (timestamptz 'epoch' + ${after.createdAtMicros}::bigint * interval '1 microsecond', ${after.roomKey}::text)`
           : sql``
       }
     order by r.created_at desc, r.room_key desc
     limit ${limit}`;
}
