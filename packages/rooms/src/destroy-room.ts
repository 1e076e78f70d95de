import { isRoomId } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { roomNotFound } from "./errors.ts";

/**
 * Destroys a room: its slot is free and its credentials are refused from the same commit on. Repeating it is
 * `room_not_found`. Rejects with the database's error; when a connection broke the room may be destroyed or not, and so may those
 * that went with it: each caller may simply try again.
 */
export async function destroyRoom(context: RoomsContext, appId: string, roomId: string): Promise<void> {
  const destroyed = isRoomId(roomId) && (await context.destroys.ask({ appId, roomId }));
  if (!destroyed) throw roomNotFound(roomId);
}
