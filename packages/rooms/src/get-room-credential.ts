import { isRoomId } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { currentCredential } from "./current-credential.ts";
import { roomNotFound } from "./errors.ts";
import { handOut } from "./hand-out.ts";
import type { TurnCredential } from "./issued-credential.ts";
import { findRoomCredential } from "./store/room-credential.ts";

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
  if (!isRoomId(roomId)) throw roomNotFound(roomId);
  const wanted = { ...application, roomId, ttlSeconds: turn.ttlSeconds };
  const row = await currentCredential(context, wanted, () => findRoomCredential(database, wanted));
  return { roomId: row.roomId, credential: await handOut(context, row, row.region) };
}
