import type { RoomsContext } from "./context.ts";
import { processNotFound } from "./errors.ts";
import { isUuid } from "./ids.ts";
import { toRoomSummary, type RoomSummary } from "./room-summary.ts";
import { findActiveRooms, findInactiveRooms } from "./store/find-rooms.ts";

/** The rooms on a process, in the order in which they came to it. Throws `process_not_found`. */
export async function listActiveRooms(
  { database }: RoomsContext,
  appId: string,
  processId: string,
): Promise<RoomSummary[]> {
  const rows = isUuid(processId) ? await findActiveRooms(database, appId, processId) : undefined;
  if (!rows) throw processNotFound(processId);
  return rows.map(toRoomSummary);
}

/**
 * The rooms that were on a process and are not any more, tombstones too, the last to leave first; at most 10,000. Throws
 * `process_not_found`.
 */
export async function listInactiveRooms(
  { database }: RoomsContext,
  appId: string,
  processId: string,
): Promise<RoomSummary[]> {
  const rows = isUuid(processId) ? await findInactiveRooms(database, appId, processId) : undefined;
  if (!rows) throw processNotFound(processId);
  return rows.map(toRoomSummary);
}
