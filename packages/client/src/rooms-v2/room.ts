import type { LiveRoomState, Region, RoomStatus } from "@roombridge/models/api";
import type { Open } from "../open.ts";

/** The stay of a room on a process. */
export interface RoomAllocation {
  readonly roomAllocationId: string;
  readonly processId: string;
  readonly scheduledAt: Date;
  readonly unscheduledAt: Date | null;
}

/** A room in the lists of a process. */
export interface RoomWithoutAllocations {
  readonly appId: string;
  readonly roomId: string;
  readonly status: Open<RoomStatus>;
  readonly roomConfig: string | null;
  /** Null while the room has no process. */
  readonly currentAllocation: RoomAllocation | null;
}

/** Answer of `getRoomInfo`. */
export interface Room extends RoomWithoutAllocations {
  /** Oldest first. */
  readonly allocations: readonly RoomAllocation[];
}

/** A room in the list of an application. */
export interface ListedRoom extends RoomWithoutAllocations {
  readonly state: Open<LiveRoomState>;
  readonly region: Open<Region>;
  readonly createdAt: Date;
}

/** Answer of `listRooms`. */
export interface RoomPage {
  /** Newest first. */
  readonly rooms: readonly ListedRoom[];
  /** For the `cursor` of the next page; null after the last one. */
  readonly nextCursor: string | null;
}
