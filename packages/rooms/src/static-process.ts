import type { ProcessStatus, Region } from "@roombridge/models/api";
import type { StaticProcessState } from "./store/static-processes.ts";

/** A room that a static process has to serve. */
export interface StaticProcessRoom {
  readonly roomId: string;
  readonly roomConfig: string | null;
  readonly roomAllocationId: string;
}

/** What a game server is told that somebody else has started. */
export interface StaticProcess {
  readonly processId: string;
  readonly deploymentId: string;
  readonly region: Region;
  readonly roomsPerProcess: number;
  readonly status: ProcessStatus;
  /** Why it shall end; null while nobody asks for that. */
  readonly stopReason: string | null;
  readonly heartbeatSeconds: number;
  readonly leaseSeconds: number;
  /** Changes when the rooms do. */
  readonly roomsVersion: string;
  /** In the order in which they came; undefined when the caller knows them. */
  readonly rooms: readonly StaticProcessRoom[] | undefined;
}

/** Time between two heartbeats. */
const HEARTBEAT_SECONDS = 2;
/** The lease that `host_is_alive` reckons with. */
const LEASE_SECONDS = 6;

export function toStaticProcess(processId: string, state: StaticProcessState): StaticProcess {
  const { deploymentId, region, roomsPerProcess, processStatus, stopReason, roomsVersion, rooms } = state;
  return {
    processId,
    deploymentId,
    region,
    roomsPerProcess,
    status: processStatus,
    stopReason,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    leaseSeconds: LEASE_SECONDS,
    roomsVersion,
    rooms: rooms ?? undefined,
  };
}
