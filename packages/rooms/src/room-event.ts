import type { RoomEvent, RoomEventData, RoomEventType, RoomStatus } from "@roombridge/models/api";
import type { EventRow } from "./store/room-events.ts";

/** Which status a room has after an event; only where the event alone tells. */
function statusAfter(type: RoomEventType, { processId, reason }: EventRow["payload"]): RoomStatus | undefined {
  switch (type) {
    case "room.active":
      return "active";
    case "room.created":
    case "room.resumed":
      return processId === null ? "scheduling" : "active";
    case "room.updated":
      // With a reason it was placed anew; a new config alone says nothing about its status.
      return reason === undefined ? undefined : "active";
    case "room.suspended":
    case "room.unscheduled":
      return "scheduling";
    case "room.destroyed":
      return "destroyed";
    case "process.failed":
      return undefined;
  }
}

/** An event as those read it who are told of it. */
export function toRoomEvent({
  appId,
  type,
  payload,
  createdAt,
}: Pick<EventRow, "appId" | "type" | "payload" | "createdAt">): RoomEvent {
  const { roomId, region, processId, reason, exitCode, exitSignal } = payload;
  const status = statusAfter(type, payload);
  const data: RoomEventData = {
    appId,
    ...(roomId === undefined ? {} : { roomId }),
    ...(region ? { region } : {}),
    ...(processId === undefined ? {} : { processId }),
    ...(status === undefined ? {} : { status }),
    ...(reason ? { reason } : {}),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(exitSignal === undefined ? {} : { exitSignal }),
  };
  return { type, timestamp: createdAt.toISOString(), data };
}
