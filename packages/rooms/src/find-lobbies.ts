import { isRoomId, isStorable, type Region } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import type { Lobby } from "./lobby.ts";
import { findLobbyByShortCode, findLobbyOfRoom, findPublicLobbies } from "./store/lobbies.ts";

const MAX_LOBBIES = 1_000;

/**
 * Public lobbies whose room is on a process, newest first, at most 1,000 and 4 MiB of configs; none of an application that is unknown. All who
 * ask while somebody is being answered share the next answer.
 */
export function listPublicLobbies(
  { database, listing }: RoomsContext,
  appId: string,
  region: Region | undefined,
): Promise<readonly Lobby[]> {
  const wanted = { appId, region, limit: MAX_LOBBIES };
  return listing.run(JSON.stringify([appId, region]), () => findPublicLobbies(database, wanted));
}

/** Throws `room_not_found`, also for a room that no player has made. */
export async function getLobby({ database }: RoomsContext, appId: string, roomId: string): Promise<Lobby> {
  const lobby = isRoomId(roomId) ? await findLobbyOfRoom(database, appId, roomId) : undefined;
  if (!lobby) throw new RoomError("room_not_found", `no lobby of room ${shorten(roomId)}`);
  return lobby;
}

/** The newest one with this code. Throws `room_not_found`. */
export async function getLobbyByShortCode({ database }: RoomsContext, appId: string, code: string): Promise<Lobby> {
  const lobby = isStorable(code) ? await findLobbyByShortCode(database, appId, code) : undefined;
  if (!lobby) throw new RoomError("room_not_found", `no lobby ${shorten(code)}`);
  return lobby;
}

/** Echoes no more than a name can be long. */
function shorten(text: string): string {
  return text.slice(0, 100).toWellFormed();
}
