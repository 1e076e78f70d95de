import { isRoomId, type RoomStatus } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import type { RoomsContext } from "./context.ts";
import { roomNotFound } from "./errors.ts";
import { toRoomStatus } from "./room-status.ts";
import { findRoomInfo, type AllocationRow } from "./store/find-room.ts";

/** The stay of a room on a process (Hathora RoomAllocation). */
export interface RoomAllocation {
  readonly roomAllocationId: string;
  readonly processId: string;
  readonly scheduledAt: Date;
  readonly unscheduledAt: Date | null;
}

export interface RoomInfo {
  readonly appId: string;
  readonly roomId: string;
  readonly state: RoomState;
  readonly status: RoomStatus;
  /** Null when none was given, and for a tombstone. */
  readonly roomConfig: string | null;
  readonly currentAllocation: RoomAllocation | null;
  /** Oldest first. */
  readonly allocations: readonly RoomAllocation[];
}

/** The live room of this id, else its newest tombstone (kept 24 h). Throws `room_not_found`. */
export async function getRoomInfo(context: RoomsContext, appId: string, roomId: string): Promise<RoomInfo> {
  const row = isRoomId(roomId) ? await findRoomInfo(context.database, appId, roomId) : undefined;
  if (!row) throw roomNotFound(roomId);
  const allocations = row.allocations.map(toAllocation);
  const isDestroyed = row.state === "destroyed";
  return {
    appId: row.appId,
    roomId: row.roomId,
    state: row.state,
    status: toRoomStatus(row.state),
    roomConfig: isDestroyed ? null : row.roomConfig,
    currentAllocation: allocations.find((allocation) => allocation.unscheduledAt === null) ?? null,
    allocations,
  };
}

function toAllocation({ roomAllocationId, processId, scheduledAt, unscheduledAt }: AllocationRow): RoomAllocation {
  return {
    roomAllocationId,
    processId,
    scheduledAt: new Date(scheduledAt),
    unscheduledAt: unscheduledAt === null ? null : new Date(unscheduledAt),
  };
}
