import type { ProcessStatus, Region } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import type { Subject } from "./life-cycle-subject.ts";

/** The rows of an application between two rounds. */
export interface Snapshot {
  /** Every room that has been, oldest first. */
  readonly rooms: readonly RoomRow[];
  readonly processes: ReadonlyMap<string, ProcessRow>;
  readonly pools: readonly PoolRow[];
}

export interface RoomRow {
  readonly roomKey: string;
  readonly roomId: string;
  readonly state: RoomState;
  readonly config: string | null;
  readonly pinned: string | null;
  readonly placements: number;
  readonly isStartFailed: boolean;
  /** The processes that it was given, in this order. */
  readonly stays: readonly string[];
  /** The one that it is on. */
  readonly processId: string | null;
}

export interface ProcessRow {
  readonly processId: string;
  readonly deploymentId: string;
  /** Rooms are made in London; elsewhere there is only what is started ahead. */
  readonly region: Region;
  readonly status: ProcessStatus;
  readonly roomsPerProcess: number;
  readonly roomsAllocated: number;
  readonly hasRun: boolean;
  readonly hasEnded: boolean;
  readonly stopReason: string | null;
  readonly exitCode: number | null;
  readonly port: number | null;
  readonly hostId: string | null;
  /** Its host has started anew since. */
  readonly isOrphan: boolean;
}

/** In London. */
export interface PoolRow {
  readonly deploymentId: string;
  readonly maxProcesses: number;
  readonly isStopped: boolean;
}

export async function readSnapshot({ database: { sql }, appId }: Subject): Promise<Snapshot> {
  const rooms = await sql<RoomRow[]>`
    select r.room_key as "roomKey", r.room_id as "roomId", r.state, r.room_config as config, r.deployment_id as pinned,
           r.placements, coalesce(r.unscheduled_reason = 'start_failed', false) as "isStartFailed",
           array(select a.process_id::text from room_allocations a where a.room_key = r.room_key
                  order by a.scheduled_at, a.room_allocation_id) as stays,
           (select a.process_id from room_allocations a where a.room_key = r.room_key and a.unscheduled_at is null) as "processId"
      from rooms r where r.app_id = ${appId} order by r.created_at, r.room_key`;
  const processes = await sql<ProcessRow[]>`
    select p.process_id as "processId", p.deployment_id as "deploymentId", p.region, p.status, p.rooms_per_process as "roomsPerProcess",
           p.rooms_allocated as "roomsAllocated", p.started_at is not null as "hasRun", p.terminated_at is not null as "hasEnded",
           p.stop_reason as "stopReason", p.exit_code as "exitCode", (p.exposed_port ->> 'port')::integer as port,
           p.host_id as "hostId", coalesce(p.host_incarnation <> h.incarnation, false) as "isOrphan"
      from processes p left join hosts h on h.host_id = p.host_id
     where p.app_id = ${appId} order by p.created_at, p.process_id`;
  const pools = await sql<PoolRow[]>`
    select deployment_id as "deploymentId", max_processes as "maxProcesses",
           coalesce(stopped_until > clock_timestamp() - interval '60 seconds', false) as "isStopped"
      from pools where app_id = ${appId} and region = 'London'`;
  return { rooms, processes: new Map(processes.map((process) => [process.processId, process])), pools };
}
