import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import type { Database } from "./database.ts";
import { textArray } from "./text-array.ts";

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

/** A room by the names that its callers know. */
export interface RoomName {
  readonly appId: string;
  readonly roomId: string;
}

/** The place from 1 on, and what the row has. */
type InfoTuple = readonly [n: number, roomKey: string, roomConfig: string | null, state: RoomState, AllocationRow[]];

/**
 * For each id the live room with its allocations, else its newest tombstone, else undefined; in one read, in the order in
 * which they were asked for.
 */
export async function findRoomInfos(
  { sql }: Database,
  wanted: readonly RoomName[],
): Promise<(RoomInfoRow | undefined)[]> {
  // The arrays are sub-selects: planned with their lengths in sight, each length would be planned anew. All rows come as one JSON
  // text: taken apart one by one by the driver they would cost the gateway more than all else about them.
  const [answer] = await sql<{ rows: InfoTuple[] | null }[]>`
    select json_agg(json_build_array(w.n, r.room_key, r.room_config, r.state, s.allocations)) as rows
      from unnest((select ${textArray(wanted.map(({ appId }) => appId))}::text[]),
                  (select ${textArray(wanted.map(({ roomId }) => roomId))}::text[])) with ordinality as w (app_id, room_id, n)
      cross join lateral (
        (select l.room_key, l.room_config, l.state from rooms l
          where l.app_id = w.app_id and l.room_id = w.room_id and l.destroyed_at is null)
        union all
        (select t.room_key, t.room_config, t.state from rooms t
          where t.app_id = w.app_id and t.room_id = w.room_id and t.destroyed_at is not null
          order by t.destroyed_at desc limit 1)
        limit 1
      ) r
      cross join lateral (
        select coalesce(json_agg(json_build_object(
                 'roomAllocationId', a.room_allocation_id, 'processId', a.process_id,
                 'scheduledAt', a.scheduled_at, 'unscheduledAt', a.unscheduled_at
               ) order by a.scheduled_at, a.room_allocation_id), '[]') as allocations
          from room_allocations a where a.room_key = r.room_key
      ) s`;
  const found = Array<RoomInfoRow | undefined>(wanted.length).fill(undefined);
  for (const [n, roomKey, roomConfig, state, allocations] of answer?.rows ?? []) {
    const name = wanted[n - 1];
    if (name) found[n - 1] = { roomKey, appId: name.appId, roomId: name.roomId, roomConfig, state, allocations };
  }
  return found;
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
  /** False for a room without a game server. */
  readonly isPooled: boolean;
  readonly unscheduledReason: string | null;
  readonly processStatus: ProcessStatus | null;
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: ExposedPort[] | null;
}

/** The place from 1 on, and what the row has. */
type ConnectionTuple = readonly [
  n: number,
  state: RoomState,
  isPooled: boolean,
  unscheduledReason: string | null,
  processStatus: ProcessStatus | null,
  exposedPort: ExposedPort | null,
  additionalExposedPorts: ExposedPort[] | null,
];

/** For each id the live room with the process that it is on; in one read, in the order in which they were asked for. */
export async function readConnections(
  { sql }: Database,
  wanted: readonly RoomName[],
): Promise<(ConnectionRow | undefined)[]> {
  // The limit keeps the planner from joining whole tables, however many are asked for; see also `findRoomInfos`.
  const [answer] = await sql<{ rows: ConnectionTuple[] | null }[]>`
    select json_agg(json_build_array(w.n, r.state, r.pool_id is not null, r.unscheduled_reason, r.status, r.exposed_port,
                                     r.additional_exposed_ports)) as rows
      from unnest((select ${textArray(wanted.map(({ appId }) => appId))}::text[]),
                  (select ${textArray(wanted.map(({ roomId }) => roomId))}::text[])) with ordinality as w (app_id, room_id, n)
      cross join lateral (
        select r.state, r.pool_id, r.unscheduled_reason, p.status, p.exposed_port, p.additional_exposed_ports
          from rooms r
          left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
          left join processes p on p.process_id = a.process_id
         where r.app_id = w.app_id and r.room_id = w.room_id and r.destroyed_at is null
         limit 1
      ) r`;
  const found = Array<ConnectionRow | undefined>(wanted.length).fill(undefined);
  for (const [n, state, isPooled, unscheduledReason, processStatus, exposedPort, ports] of answer?.rows ?? [])
    found[n - 1] = { state, isPooled, unscheduledReason, processStatus, exposedPort, additionalExposedPorts: ports };
  return found;
}

/** As `readConnections`, by `appId\nroomId`. */
export async function findConnections(
  database: Database,
  wanted: readonly RoomName[],
): Promise<Map<string, ConnectionRow>> {
  const rows = await readConnections(database, wanted);
  return new Map(
    wanted.flatMap(({ appId, roomId }, index) => {
      const row = rows[index];
      return row ? [[`${appId}\n${roomId}`, row] as const] : [];
    }),
  );
}
