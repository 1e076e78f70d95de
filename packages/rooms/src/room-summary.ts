import type { RoomStatus } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import { toRoomStatus } from "./room-status.ts";
import type { AllocationRow } from "./store/find-room.ts";

/** The stay of a room on a process (Hathora RoomAllocation). */
export interface RoomAllocation {
  readonly roomAllocationId: string;
  readonly processId: string;
  readonly scheduledAt: Date;
  readonly unscheduledAt: Date | null;
}

/** A room with where it is now (Hathora RoomWithoutAllocations). */
export interface RoomSummary {
  readonly appId: string;
  readonly roomId: string;
  readonly state: RoomState;
  readonly status: RoomStatus;
  /** Null when none was given, and for a tombstone. */
  readonly roomConfig: string | null;
  readonly currentAllocation: RoomAllocation | null;
}

export function toRoomSummary(row: {
  readonly appId: string;
  readonly roomId: string;
  readonly state: RoomState;
  readonly roomConfig: string | null;
  readonly currentAllocation: AllocationRow | null;
}): RoomSummary {
  const { appId, roomId, state, roomConfig, currentAllocation } = row;
  return {
    appId,
    roomId,
    state,
    status: toRoomStatus(state),
    roomConfig: state === "destroyed" ? null : roomConfig,
    currentAllocation: currentAllocation && toAllocation(currentAllocation),
  };
}

export function toAllocation({
  roomAllocationId,
  processId,
  scheduledAt,
  unscheduledAt,
}: AllocationRow): RoomAllocation {
  return {
    roomAllocationId,
    processId,
    scheduledAt: new Date(scheduledAt),
    unscheduledAt: unscheduledAt === null ? null : new Date(unscheduledAt),
  };
}
