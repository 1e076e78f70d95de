import type { ListedRoom, Room, RoomAllocation, RoomWithoutAllocations } from "@roombridge/models/api";
import type { FoundRooms, RoomAllocation as Allocation, RoomInfo, RoomSummary } from "@roombridge/rooms";

/** A room with every stay on a process. */
export function toRoom(room: RoomInfo): Room {
  return { ...toRoomWithoutAllocations(room), allocations: room.allocations.map(toRoomAllocation) };
}

/** `currentAllocation` is always there: Hathora's SDKs refuse its absence, and take null. */
export function toRoomWithoutAllocations(room: RoomSummary): RoomWithoutAllocations {
  const { appId, roomId, status, roomConfig, currentAllocation } = room;
  return {
    appId,
    roomId,
    status,
    roomConfig,
    currentAllocation: currentAllocation && toRoomAllocation(currentAllocation),
  };
}

/** With what Hathora's rooms do not have: the internal state, the region and the time of creation. */
export function toListedRoom(room: FoundRooms["rooms"][number]): ListedRoom {
  const { state, region, createdAt } = room;
  return { ...toRoomWithoutAllocations(room), state, region, createdAt: createdAt.toISOString() };
}

function toRoomAllocation({ roomAllocationId, processId, scheduledAt, unscheduledAt }: Allocation): RoomAllocation {
  return {
    roomAllocationId,
    processId,
    scheduledAt: scheduledAt.toISOString(),
    unscheduledAt: unscheduledAt && unscheduledAt.toISOString(),
  };
}
