import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { renewRoomCredential, type RoomCredentialRow } from "./store/room-credential.ts";

const LOOKS = 3;

/**
 * The credential of a room as `find` shows it, renewed past half of its life. Throws `room_not_found` for a room that is
 * unknown, suspended or destroyed.
 */
export async function currentCredential(
  { database }: RoomsContext,
  { roomId, ttlSeconds }: { readonly roomId: string; readonly ttlSeconds: number },
  find: () => Promise<RoomCredentialRow | undefined>,
): Promise<RoomCredentialRow> {
  for (let look = 0; look < LOOKS; look += 1) {
    const row = await find();
    if (!row) break;
    if (row.state === "suspended") throw roomIsSuspended(roomId);
    if (!row.isPastHalfLife) return row;
    const renewed = await renewRoomCredential(database, row.username, ttlSeconds);
    if (renewed) return { ...row, ...renewed };
    // Since the look it was revoked, and the room has another; or the room is suspended or gone.
  }
  throw roomNotFound(roomId);
}

/** For a room that exists and gives nobody a credential. */
export function roomIsSuspended(roomId: string): RoomError {
  return new RoomError("room_not_found", `room ${roomId} is suspended`);
}
