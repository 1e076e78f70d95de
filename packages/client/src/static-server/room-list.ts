import type { StaticProcessRoom } from "../processes-v3/static-process.ts";

export interface RoomChanges {
  readonly removed: readonly StaticProcessRoom[];
  readonly added: readonly StaticProcessRoom[];
  readonly updated: readonly StaticProcessRoom[];
}

/** What became of the rooms of a server between two heartbeats. One that was away in between is removed and added. */
export function compareRooms(
  before: ReadonlyMap<string, StaticProcessRoom>,
  now: readonly StaticProcessRoom[],
): RoomChanges {
  const stays = new Set(now.map(({ roomAllocationId }) => roomAllocationId));
  const isSameStay = (room: StaticProcessRoom) => before.get(room.roomId)?.roomAllocationId === room.roomAllocationId;
  return {
    removed: [...before.values()].filter(({ roomAllocationId }) => !stays.has(roomAllocationId)),
    added: now.filter((room) => !isSameStay(room)),
    updated: now.filter((room) => isSameStay(room) && before.get(room.roomId)?.roomConfig !== room.roomConfig),
  };
}
