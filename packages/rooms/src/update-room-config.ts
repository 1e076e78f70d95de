import { isRoomId, isStorable } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { updateRoomConfigById } from "./store/update-room-config.ts";

/**
 * Replaces the config of a live room; of two callers at once the last one wins. A process that no host has taken yet starts
 * with the new one. Throws `room_not_found`, `invalid_params`.
 */
export async function updateRoomConfig(
  context: RoomsContext,
  appId: string,
  roomId: string,
  roomConfig: string,
): Promise<void> {
  if (!isStorable(roomConfig)) {
    throw new RoomError("invalid_params", "roomConfig: must not contain U+0000 or a lone surrogate");
  }
  const isUpdated = isRoomId(roomId) && (await updateRoomConfigById(context.database, appId, roomId, roomConfig));
  if (!isUpdated) throw roomNotFound(roomId);
  context.announcer.announce();
}
