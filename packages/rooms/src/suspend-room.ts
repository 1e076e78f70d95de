import { isRoomId } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { roomNotFound } from "./errors.ts";
import { suspendRoomById } from "./store/suspend-room.ts";

/**
 * Takes a room off its process; its credentials are refused until it is resumed, and relay sessions are cut. Suspending it
 * again changes nothing. Throws `room_not_found`.
 */
export async function suspendRoom(context: RoomsContext, appId: string, roomId: string): Promise<void> {
  const isSuspended = isRoomId(roomId) && (await suspendRoomById(context.database, appId, roomId));
  if (!isSuspended) throw roomNotFound(roomId);
}
