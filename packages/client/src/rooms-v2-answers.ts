import type { IceServer, Region, RoomReadyStatus, RoomStatus, TransportType } from "@roombridge/models/api";

/** A word that a later server may add to passes through as it is. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

export interface CreateRoomParams {
  readonly region: Open<Region>;
  /** At most 10,000 characters, handed to the game server as it is. */
  readonly roomConfig?: string | undefined;
  /** Addresses of the players. */
  readonly clientIPs?: readonly string[] | undefined;
  /** The newest deployment of the application when absent. */
  readonly deploymentId?: string | undefined;
}

/** Where players reach one port of a process. */
export interface ExposedPort {
  readonly host: string;
  readonly port: number;
  readonly transportType: Open<TransportType>;
  /** `default` for the main port. */
  readonly name: string;
}

/** `exposedPort` is there as soon as `status` is `active`. */
export interface ConnectionInfo {
  readonly roomId: string;
  readonly status: Open<RoomReadyStatus>;
  readonly exposedPort?: ExposedPort;
  readonly additionalExposedPorts: readonly ExposedPort[];
}

export interface ActiveConnectionInfo extends ConnectionInfo {
  readonly exposedPort: ExposedPort;
}

export interface RoomConnectionData extends ConnectionInfo {
  readonly processId: string;
  /** For `new RTCPeerConnection({ iceServers })`; empty while the server knows no relay. A secret of the room. */
  readonly iceServers: readonly IceServer[];
}

/** The stay of a room on a process. */
export interface RoomAllocation {
  readonly roomAllocationId: string;
  readonly processId: string;
  readonly scheduledAt: Date;
  readonly unscheduledAt: Date | null;
}

export interface Room {
  readonly appId: string;
  readonly roomId: string;
  readonly status: Open<RoomStatus>;
  readonly roomConfig: string | null;
  /** Null while the room has no process. */
  readonly currentAllocation: RoomAllocation | null;
  /** Oldest first. */
  readonly allocations: readonly RoomAllocation[];
}
