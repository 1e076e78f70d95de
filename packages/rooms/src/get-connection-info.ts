import { isRoomId } from "@roombridge/models/api";
import { toConnection, type Connection } from "./connection.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { wakeRoom } from "./resume-room.ts";
import type { ConnectionRow } from "./store/find-room.ts";

/** Where who waits for a room gives way to others: it gets the present state at once. */
const MAX_WAITS = 10_000;

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
  const row = isRoomId(roomId) ? await context.connections.ask({ appId, roomId }) : undefined;
  // Waking a room without a game server would switch its credentials on and give the caller nothing.
  if (row?.state !== "suspended" || !row.isPooled || !wake) return readConnection(row, roomId);
  return toConnection(await wakeRoom(context, appId, roomId));
}

export interface WaitForConnectionInput {
  readonly wake: boolean;
  readonly waitMs: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * As `getConnectionInfo`, but while the room's process starts the answer is held back: until it runs, until the room is gone
 * or has lost its process, or until `waitMs` are over; then it is the present state.
 */
export async function waitForConnection(
  context: RoomsContext,
  appId: string,
  roomId: string,
  { wake, waitMs, signal }: WaitForConnectionInput,
): Promise<Connection> {
  const connection = await getConnectionInfo(context, appId, roomId, { wake });
  if (connection.status === "active" || context.waits.count >= MAX_WAITS) return connection;
  const row = await context.waits.wait({ appId, roomId }, waitMs, signal);
  return row === "late" ? getConnectionInfo(context, appId, roomId, { wake: false }) : readConnection(row, roomId);
}

function readConnection(row: ConnectionRow | undefined, roomId: string): Connection {
  if (!row) throw roomNotFound(roomId);
  if (row.state !== "active") throw whyNotRunning(row);
  return toConnection(row);
}

function whyNotRunning({ isPooled, unscheduledReason }: ConnectionRow): RoomError {
  if (!isPooled) return new RoomError("room_not_found", "room has no game server");
  if (unscheduledReason === "start_failed") return new RoomError("start_failed", "the game server did not start");
  return new RoomError("room_not_found", "room is not running; resume it");
}
