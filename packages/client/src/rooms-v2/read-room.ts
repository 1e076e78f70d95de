import type { JsonReader } from "../http/json-reader.ts";
import type { ListedRoom, Room, RoomAllocation, RoomPage, RoomWithoutAllocations } from "./room.ts";

export function readRoom(answer: JsonReader): Room {
  return {
    ...readRoomWithoutAllocations(answer),
    allocations: answer.objects("allocations").map(readRoomAllocation),
  };
}

export function readRoomWithoutAllocations(room: JsonReader): RoomWithoutAllocations {
  const currentAllocation = room.objectOrNull("currentAllocation");
  return {
    appId: room.text("appId"),
    roomId: room.text("roomId"),
    status: room.text("status"),
    roomConfig: room.textOrNull("roomConfig"),
    currentAllocation: currentAllocation && readRoomAllocation(currentAllocation),
  };
}

export function readRoomPage(answer: JsonReader): RoomPage {
  return { rooms: answer.objects("rooms").map(readListedRoom), nextCursor: answer.textOrNull("nextCursor") };
}

function readListedRoom(room: JsonReader): ListedRoom {
  return {
    ...readRoomWithoutAllocations(room),
    state: room.text("state"),
    region: room.text("region"),
    createdAt: room.date("createdAt"),
  };
}

function readRoomAllocation(allocation: JsonReader): RoomAllocation {
  return {
    roomAllocationId: allocation.text("roomAllocationId"),
    processId: allocation.text("processId"),
    scheduledAt: allocation.date("scheduledAt"),
    unscheduledAt: allocation.dateOrNull("unscheduledAt"),
  };
}
