import { describe, expect, test } from "vitest";
import { nextState, ROOM_TRANSITIONS, toRoomStatus, type RoomEvent } from "./room-status.ts";

const STATES = ["scheduling", "active", "suspended", "unscheduled", "destroyed"] as const;
const EVENTS: readonly RoomEvent[] = [
  "allocate",
  "resume_without_process",
  "process_lost",
  "process_exited",
  "suspend",
  "destroy",
  "expire",
];

describe("the state table of a room", () => {
  test("has a cell for every state and event", () => {
    expect(Object.keys(ROOM_TRANSITIONS).sort()).toEqual([...STATES].sort());
    for (const state of STATES) expect(Object.keys(ROOM_TRANSITIONS[state]).sort()).toEqual([...EVENTS].sort());
  });

  test.each(EVENTS)("a destroyed room ignores %s", (event) => {
    expect(nextState("destroyed", event)).toBe("destroyed");
  });

  test.each(STATES)("destroy ends a room that is %s", (state) => {
    expect(nextState(state, "destroy")).toBe("destroyed");
  });

  test("no state shows a word that RoomsV2 dropped", () => {
    expect(STATES.map(toRoomStatus)).toEqual(["scheduling", "active", "scheduling", "scheduling", "destroyed"]);
  });

  test("a lost process never destroys a room", () => {
    for (const state of STATES)
      if (state !== "destroyed") expect(nextState(state, "process_lost")).not.toBe("destroyed");
  });
});
