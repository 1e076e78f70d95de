import type { Region, RoomEventType } from "@roombridge/models/api";
import { comparePositions, type EventPosition } from "../event-position.ts";
import type { Database } from "./database.ts";
import type { ConnectionRow } from "./find-room.ts";

/** What the functions that insert events write into `payload`. */
export interface EventPayload {
  readonly roomId?: string;
  readonly region?: Region | null;
  readonly processId?: string | null;
  readonly reason?: string | null;
  readonly exitCode?: number | null;
  readonly exitSignal?: string | null;
}

export interface EventRow {
  readonly position: EventPosition;
  readonly appId: string;
  readonly type: RoomEventType;
  readonly payload: EventPayload;
  readonly createdAt: Date;
  /** No event can come before it any more. */
  readonly isSettled: boolean;
  /** Of a `room.active`, where it was asked for, while the room lives: as of this read. */
  readonly connection?: ConnectionRow | undefined;
}

export interface EventPage {
  /** In their order; those that are not settled come last. */
  readonly events: readonly EventRow[];
  /** Where to go on: after the last settled one, or where the page ends. */
  readonly next: EventPosition;
  readonly hasMore: boolean;
}

/** Transactions that one read looks at: what others do in the meantime must not make it slow. */
const WINDOW = 50_000n;

interface PageRow {
  readonly xmin: string;
  readonly xid: string | null;
  readonly id: string;
  readonly appId: string;
  readonly type: RoomEventType;
  readonly payload: EventPayload;
  readonly createdAt: Date;
  readonly isSettled: boolean;
  readonly connection?: ConnectionRow | null;
}

export interface EventsWanted {
  readonly appIds: readonly string[];
  readonly after: EventPosition;
  readonly limit: number;
  /** With each `room.active` where players connect: whoever waits for that need not ask again. */
  readonly withConnections?: boolean;
}

/** The events of these applications after a position, also those that are not settled. One statement, so one snapshot. */
export async function readEvents(
  { sql }: Database,
  { appIds, after, limit, withConnections = false }: EventsWanted,
): Promise<EventPage> {
  const end = after.xid + WINDOW;
  // By its key alone, and one: else the planner may read every live room to find it, while it has heard of few.
  const connection = sql`
      left join lateral (
        select case when r.destroyed_at is null then json_build_object(
                 'state', r.state, 'poolId', r.pool_id::text, 'unscheduledReason', r.unscheduled_reason,
                 'processStatus', p.status, 'exposedPort', p.exposed_port,
                 'additionalExposedPorts', p.additional_exposed_ports) end as connection
          from rooms r
          left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
          left join processes p on p.process_id = a.process_id
         where e.type = 'room.active' and r.room_key = e.room_key
         limit 1
      ) c on true`;
  // The values are sub-selects: a plan that knew them would look better than the one for all, and be made anew each time. That one
  // knows the limit, else it would expect as many events as there are.
  const rows = await sql<PageRow[]>`
    select s.xmin::text as xmin, e.xid::text, e.id, e.app_id as "appId", e.type, e.payload,
           e.created_at as "createdAt", e.xid < s.xmin as "isSettled"
           ${withConnections ? sql`, c.connection` : sql``}
      from (select pg_snapshot_xmin(now_at) as xmin, pg_snapshot_xmax(now_at) as xmax from pg_current_snapshot() now_at) s
      left join lateral (
        select * from room_events r
         where (r.xid, r.id) > ((select ${String(after.xid)}::xid8), (select ${after.id}::bigint))
           and r.xid < (select ${String(end)}::xid8) and r.xid < s.xmax
           and r.app_id = any ((select ${appIds as string[]}::text[])::text[])
         order by r.xid, r.id limit ${sql.unsafe(String(limit))}
      ) e on true
      ${withConnections ? connection : sql``}
     order by e.xid, e.id`;
  const events = rows.flatMap(({ xid, id, appId, type, payload, createdAt, isSettled, connection: found }) => {
    if (xid === null) return [];
    const event = { position: { xid: BigInt(xid), id: Number(id) }, appId, type, payload, createdAt, isSettled };
    return [found ? { ...event, connection: found } : event];
  });
  const xmin = BigInt(rows[0]?.xmin ?? 0);
  const isFull = rows.length >= limit;
  const settledXid = xmin < end ? xmin : end;
  return { events, next: nextPosition(after, { events, isFull, settledXid }), hasMore: isFull || settledXid < xmin };
}

function nextPosition(
  after: EventPosition,
  { events, isFull, settledXid }: { events: readonly EventRow[]; isFull: boolean; settledXid: bigint },
): EventPosition {
  const last = events.findLast(({ isSettled }) => isSettled)?.position ?? after;
  const end = { xid: settledXid, id: 0 };
  return isFull || comparePositions(end, last) < 0 ? last : end;
}

export interface EventRange {
  /** Whoever goes on from before it has missed events. */
  readonly forgotten: EventPosition | undefined;
  /** There is nothing before. */
  readonly oldest: EventPosition;
  /** Everything before this transaction has ended. */
  readonly settledXid: bigint;
  /** No transaction has had this number yet. */
  readonly nextXid: bigint;
}

/**
 * Between which positions one may go on. What comes after all transactions stems from another server, from which this database
 * was restored.
 */
export async function findEventRange({ sql }: Database): Promise<EventRange> {
  const [row] = await sql<{ settledXid: string; nextXid: string; oldestXid: string; xid: string | null; id: string }[]>`
    select s.xmin::text as "settledXid", s.xmax::text as "nextXid", coalesce(o.xid, s.xmin)::text as "oldestXid", h.xid::text, h.id
      from (select pg_snapshot_xmin(now_at) as xmin, pg_snapshot_xmax(now_at) as xmax from pg_current_snapshot() now_at) s
      left join event_horizon h on h.xid < s.xmax
      left join lateral (select e.xid from room_events e where e.xid < s.xmin order by e.xid, e.id limit 1) o on true`;
  if (!row) throw new Error("the range of events is one row");
  return {
    forgotten: row.xid === null ? undefined : { xid: BigInt(row.xid), id: Number(row.id) },
    oldest: { xid: BigInt(row.oldestXid), id: 0 },
    settledXid: BigInt(row.settledXid),
    nextXid: BigInt(row.nextXid),
  };
}

/** Wakes those who listen for events; its transaction need not be durable. */
export async function notifyEvents({ sql }: Database): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', true), pg_notify('roombridge_events', '')`;
}
