import type { RoomStatus } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";

/** What happens to a room. `resume_without_process`: it never had a game server, and its application has no deployment. */
export type RoomEvent =
  | "allocate"
  | "resume_without_process"
  | "process_lost"
  | "process_exited"
  | "suspend"
  | "destroy"
  | "expire";

/** What RoomsV2 shows for each internal state. Hathora dropped `suspended` in June 2024; closed enums refuse it. */
const STATUS = {
  active: "active",
  scheduling: "scheduling",
  suspended: "scheduling",
  unscheduled: "scheduling",
  destroyed: "destroyed",
} as const satisfies Record<RoomState, RoomStatus>;

/**
 * The state that follows an event, for every pair; `ignore` leaves the room as it is. The functions of the
 * placement and life-cycle migrations follow this table; a test goes through every cell.
 */
export const ROOM_TRANSITIONS = {
  scheduling: {
    allocate: "active",
    resume_without_process: "ignore",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "suspended",
    destroy: "destroyed",
    expire: "destroyed",
  },
  active: {
    allocate: "ignore",
    resume_without_process: "ignore",
    process_lost: "unscheduled",
    process_exited: "destroyed",
    suspend: "suspended",
    destroy: "destroyed",
    expire: "destroyed",
  },
  suspended: {
    allocate: "active",
    resume_without_process: "scheduling",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "ignore",
    destroy: "destroyed",
    expire: "destroyed",
  },
  unscheduled: {
    allocate: "active",
    resume_without_process: "ignore",
    process_lost: "ignore",
    process_exited: "ignore",
    suspend: "suspended",
    destroy: "destroyed",
    expire: "destroyed",
  },
  destroyed: {
    allocate: "ignore",
    resume_without_process: "ignore",
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
