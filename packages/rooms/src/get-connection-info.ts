import { isRoomId } from "@roombridge/models/api";
import { toConnection, type Connection } from "./connection.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { wakeRoom } from "./resume-room.ts";
import { findConnection, type ConnectionRow } from "./store/find-room.ts";

/**
 * What a player needs to connect; public, and without any secret. With `wake` it resumes a room that was suspended by a
 * call. Throws `room_not_found` (unknown, destroyed, without a game server, or not running), `start_failed`, and what
 * `wakeRoom` throws.
 */
export async function getConnectionInfo(
  context: RoomsContext,
  appId: string,
  roomId: string,
  { wake }: { readonly wake: boolean },
): Promise<Connection> {
  const row = isRoomId(roomId) ? await findConnection(context.database, appId, roomId) : undefined;
  if (!row) throw roomNotFound(roomId);
  if (row.state === "active") return toConnection(row);
  // Waking a room without a game server would switch its credentials on and give the caller nothing.
  if (row.state !== "suspended" || row.poolId === null || !wake) throw whyNotRunning(row);
  return toConnection(await wakeRoom(context, appId, roomId));
}

function whyNotRunning({ poolId, unscheduledReason }: ConnectionRow): RoomError {
  if (poolId === null) return new RoomError("room_not_found", "room has no game server");
  if (unscheduledReason === "start_failed") return new RoomError("start_failed", "the game server did not start");
  return new RoomError("room_not_found", "room is not running; resume it");
}
