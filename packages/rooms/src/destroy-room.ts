import { isRoomId } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { roomNotFound } from "./errors.ts";
import { destroyRoomById } from "./store/destroy-rooms.ts";

/**
 * Destroys a room: its slot is free and its credentials are refused from the same commit on. Repeating it is
 * `room_not_found`, so a caller whose connection broke may simply try again.
 */
export async function destroyRoom(context: RoomsContext, appId: string, roomId: string): Promise<void> {
  const destroyed = isRoomId(roomId) && (await destroyRoomById(context.database, appId, roomId));
  if (!destroyed) throw roomNotFound(roomId);
}
