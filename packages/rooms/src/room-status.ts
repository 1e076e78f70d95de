import type { RoomStatus } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";

/** What happens to a room. */
export type RoomEvent = "allocate" | "process_lost" | "process_exited" | "suspend" | "destroy" | "expire";

/** What RoomsV2 shows for each internal state. Hathora dropped `suspended` in June 2024; closed enums refuse it. */
const STATUS = {
  active: "active",
  scheduling: "scheduling",
  suspended: "scheduling",
  unscheduled: "scheduling",
  destroyed: "destroyed",
} as const satisfies Record<RoomState, RoomStatus>;

/**
 * The state that follows an event, for every pair; `ignore` leaves the room as it is. The functions of the placement
 * migration follow this table; a test goes through every cell whose event has a function by now (resume and suspend have none).
 */
export const ROOM_TRANSITIONS = {
  scheduling: {
    allocate: "active",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "suspended",
    destroy: "destroyed",
    expire: "destroyed",
  },
  active: {
    allocate: "ignore",
    process_lost: "unscheduled",
    process_exited: "destroyed",
    suspend: "suspended",
    destroy: "destroyed",
    expire: "destroyed",
  },
  suspended: {
    allocate: "active",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "ignore",
    destroy: "destroyed",
    expire: "destroyed",
  },
  unscheduled: {
    allocate: "active",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "suspended",
    destroy: "destroyed",
    expire: "destroyed",
  },
  destroyed: {
    allocate: "ignore",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "ignore",
    destroy: "ignore",
    expire: "ignore",
  },
} as const satisfies Record<RoomState, Record<RoomEvent, RoomState | "ignore">>;

export function toRoomStatus(state: RoomState): RoomStatus {
  return STATUS[state];
}

/** The state after `event`; a room that ignores the event stays as it is. */
export function nextState(state: RoomState, event: RoomEvent): RoomState {
  const next = ROOM_TRANSITIONS[state][event];
  return next === "ignore" ? state : next;
}
