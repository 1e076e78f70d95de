import { expect, test } from "vitest";
import { compareRooms } from "./room-list.ts";

const room = (roomId: string, stay: number, roomConfig: string | null = null) => ({
  roomId,
  roomConfig,
  roomAllocationId: `${roomId}${stay}`,
});
type Room = ReturnType<typeof room>;

test.each<[string, Room[], Room[], { removed: Room[]; added: Room[]; updated: Room[] }]>([
  ["nothing", [], [], { removed: [], added: [], updated: [] }],
  ["the same", [room("a", 1)], [room("a", 1)], { removed: [], added: [], updated: [] }],
  ["a new one", [room("a", 1)], [room("a", 1), room("b", 1)], { removed: [], added: [room("b", 1)], updated: [] }],
  ["one less", [room("a", 1), room("b", 1)], [room("b", 1)], { removed: [room("a", 1)], added: [], updated: [] }],
  ["another config", [room("a", 1)], [room("a", 1, "x")], { removed: [], added: [], updated: [room("a", 1, "x")] }],
  [
    "one that was away and came back",
    [room("a", 1, "x")],
    [room("a", 2, "y")],
    { removed: [room("a", 1, "x")], added: [room("a", 2, "y")], updated: [] },
  ],
])("%s", (_, before, now, changes) => {
  expect(compareRooms(new Map(before.map((one) => [one.roomId, one])), now)).toEqual(changes);
});
