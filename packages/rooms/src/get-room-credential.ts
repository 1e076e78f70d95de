import { isRoomId } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { handOut } from "./hand-out.ts";
import type { TurnCredential } from "./issued-credential.ts";
import { findRoomCredential, renewRoomCredential } from "./store/room-credential.ts";

export interface RoomCredential {
  readonly roomId: string;
  readonly credential: TurnCredential;
}

/**
 * The credential of a room: of the application's own, else of the newest live room of this id in its organisation. Past
 * half of its life it is renewed (username and password stay); before that nothing is written.
 * Throws `room_not_found` for a room that is unknown, suspended or destroyed.
 */
export async function getRoomCredential(
  context: RoomsContext,
  application: Application,
  roomId: string,
): Promise<RoomCredential> {
  const { database, turn } = context;
  const row = isRoomId(roomId)
    ? await findRoomCredential(database, { ...application, roomId, ttlSeconds: turn.ttlSeconds })
    : undefined;
  if (!row) throw roomNotFound(roomId);
  if (row.state === "suspended") throw new RoomError("room_not_found", `room ${roomId} is suspended`);
  const renewed = row.isPastHalfLife ? await renewRoomCredential(database, row.username, turn.ttlSeconds) : row;
  if (!renewed) throw roomNotFound(roomId);
  const credential = await handOut(context, { ...row, expiresAt: renewed.expiresAt }, row.region);
  return { roomId: row.roomId, credential };
}
