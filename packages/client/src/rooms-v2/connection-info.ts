import type { IceServer, RoomReadyStatus } from "@roombridge/models/api";
import type { ExposedPort } from "../exposed-port.ts";
import type { Open } from "../open.ts";

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

/** Answer of `resumeRoom`. */
export interface RoomAllocationData extends ConnectionInfo {
  /** Not there for a room without a game server. */
  readonly processId?: string;
  /**
   * For `new RTCPeerConnection({ iceServers })`, whose type takes no readonly list; empty while the server knows no relay. A
   * secret of the room.
   */
  readonly iceServers: IceServer[];
}

/** Answer of `createRoom`. */
export interface RoomConnectionData extends RoomAllocationData {
  readonly processId: string;
}
