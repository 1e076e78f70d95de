import { getPlayerAccess, RoomError, type PlayerAccess, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { readToken, seemsPlayer } from "./auth.ts";
import { appIdOf } from "./path-values.ts";
import { verifyPlayerToken, type Player } from "./player-token.ts";

export interface PlayerPrincipal {
  readonly player: Player;
  /** Of the application in the path, whose secret has signed the player's token. */
  readonly access: PlayerAccess;
}

/** What the application in the path lets its players do. Throws `app_not_found`. */
export function playerAccessOf(rooms: RoomsContext, request: HonoRequest): Promise<PlayerAccess> {
  return getPlayerAccess(rooms, appIdOf(request));
}

/** The player who is asking. Throws `unauthenticated`, and `app_not_found` when there is a token. */
export async function playerOf(rooms: RoomsContext, request: HonoRequest): Promise<PlayerPrincipal> {
  const token = readToken(request.header("authorization"));
  if (token === undefined || token === "") throw new RoomError("unauthenticated", "a player's token is required");
  const access = await playerAccessOf(rooms, request);
  const player = await verifyPlayerToken(access.appSecret, token);
  if (!player) throw new RoomError("unauthenticated", "the player's token is not valid");
  return { player, access };
}

/** The player who is asking for a TURN credential, if it is one and the application lets players do so. */
export async function playerOfIceServers(
  rooms: RoomsContext,
  request: HonoRequest,
): Promise<PlayerPrincipal | undefined> {
  const token = readToken(request.header("authorization"));
  if (!seemsPlayer(token)) return undefined;
  const access = await playerAccessOf(rooms, request).catch((error: unknown) => {
    // What an unknown application is to who has no token, the check of the organisation's token says.
    if (RoomError.isInstance(error) && error.code === "app_not_found") return undefined;
    throw error;
  });
  if (!access?.playerIceServers) return undefined;
  const player = await verifyPlayerToken(access.appSecret, token);
  return player && { player, access };
}
