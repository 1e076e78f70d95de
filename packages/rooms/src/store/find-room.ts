import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import type { Database } from "./database.ts";

export interface AllocationRow {
  readonly roomAllocationId: string;
  readonly processId: string;
  /** ISO 8601 with zone. */
  readonly scheduledAt: string;
  readonly unscheduledAt: string | null;
}

export interface RoomInfoRow {
  readonly roomKey: string;
  readonly appId: string;
  readonly roomId: string;
  readonly roomConfig: string | null;
  readonly state: RoomState;
  /** Oldest first. */
  readonly allocations: readonly AllocationRow[];
}

/** The live room of this id with its allocations, else its newest tombstone, else undefined. */
export async function findRoomInfo({ sql }: Database, appId: string, roomId: string): Promise<RoomInfoRow | undefined> {
  const [row] = await sql<RoomInfoRow[]>`
    with room as (
      (select * from rooms where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null)
      union all
      (select * from rooms where app_id = ${appId} and room_id = ${roomId} and destroyed_at is not null
        order by destroyed_at desc limit 1)
      limit 1
    )
    select r.room_key as "roomKey", r.app_id as "appId", r.room_id as "roomId", r.room_config as "roomConfig", r.state,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'roomAllocationId', a.room_allocation_id, 'processId', a.process_id,
                     'scheduledAt', a.scheduled_at, 'unscheduledAt', a.unscheduled_at
                   ) order by a.scheduled_at, a.room_allocation_id), '[]')
              from room_allocations a where a.room_key = r.room_key) as allocations
      from room r`;
  return row;
}

export interface LiveRoomRow {
  readonly roomKey: string;
  readonly region: Region;
}

/** The key and the region of the live room of this id. */
export async function findLiveRoom({ sql }: Database, appId: string, roomId: string): Promise<LiveRoomRow | undefined> {
  const [row] = await sql<LiveRoomRow[]>`
    select room_key as "roomKey", region from rooms
     where app_id = ${appId} and room_id = ${roomId} and destroyed_at is null`;
  return row;
}

export interface ConnectionRow {
  readonly state: RoomState;
  readonly poolId: string | null;
  readonly unscheduledReason: string | null;
  readonly processStatus: ProcessStatus | null;
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: ExposedPort[] | null;
}

/** The live room of this id with the process that it is on. */
export async function findConnection(
  { sql }: Database,
  appId: string,
  roomId: string,
): Promise<ConnectionRow | undefined> {
  const [row] = await sql<ConnectionRow[]>`
    select r.state, r.pool_id as "poolId", r.unscheduled_reason as "unscheduledReason", p.status as "processStatus",
           p.exposed_port as "exposedPort", p.additional_exposed_ports as "additionalExposedPorts"
      from rooms r
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
      left join processes p on p.process_id = a.process_id
     where r.app_id = ${appId} and r.room_id = ${roomId} and r.destroyed_at is null`;
  return row;
}

/** The live rooms of these ids, each with the process that it is on; in one read, by `appId\nroomId`. */
export async function findConnections(
  { sql }: Database,
  wanted: readonly { readonly appId: string; readonly roomId: string }[],
): Promise<Map<string, ConnectionRow>> {
  const rows = await sql<(ConnectionRow & { key: string })[]>`
    select w.app_id || E'\n' || w.room_id as key, r.state, r.pool_id as "poolId",
           r.unscheduled_reason as "unscheduledReason", p.status as "processStatus", p.exposed_port as "exposedPort",
           p.additional_exposed_ports as "additionalExposedPorts"
      from unnest(${wanted.map(({ appId }) => appId)}::text[], ${wanted.map(({ roomId }) => roomId)}::text[])
           as w (app_id, room_id)
      join rooms r on r.app_id = w.app_id and r.room_id = w.room_id and r.destroyed_at is null
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
      left join processes p on p.process_id = a.process_id`;
  return new Map(rows.map(({ key, ...row }) => [key, row]));
}
