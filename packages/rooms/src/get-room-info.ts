import { isRoomId } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { roomNotFound } from "./errors.ts";
import { toAllocation, toRoomSummary, type RoomAllocation, type RoomSummary } from "./room-summary.ts";

export interface RoomInfo extends RoomSummary {
  /** Oldest first. */
  readonly allocations: readonly RoomAllocation[];
}

/** The live room of this id, else its newest tombstone (kept 24 h). Throws `room_not_found`. */
export async function getRoomInfo(context: RoomsContext, appId: string, roomId: string): Promise<RoomInfo> {
  const row = isRoomId(roomId) ? await context.infos.ask({ appId, roomId }) : undefined;
  if (!row) throw roomNotFound(roomId);
  const currentAllocation = row.allocations.find(({ unscheduledAt }) => unscheduledAt === null) ?? null;
  return { ...toRoomSummary({ ...row, currentAllocation }), allocations: row.allocations.map(toAllocation) };
}
