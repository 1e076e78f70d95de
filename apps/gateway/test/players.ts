import type { AuthConfiguration } from "@roombridge/models/api";
import { createLobby, getPlayerAccess, type CreateLobbyInput, type Lobby, type RoomsContext } from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import { SignJWT, type JWTPayload } from "jose";
import type { Place } from "./arrange.ts";
import { GOOGLE_CLIENT_ID } from "./google.ts";

export const ALL_LOGINS: AuthConfiguration = { anonymous: {}, nickname: {}, google: { clientId: GOOGLE_CLIENT_ID } };

/** What the application lets its players do; a gateway that has asked before learns it within five seconds. */
export async function letPlayers(
  { rooms, game }: Place,
  { logins = ALL_LOGINS, iceServers = true }: { logins?: AuthConfiguration; iceServers?: boolean } = {},
): Promise<void> {
  await rooms.database.sql`
    update applications set auth_configuration = ${JSON.stringify(logins)}::text::jsonb, player_ice_servers = ${iceServers}
     where app_id = ${game.appId}`;
}

/** A token that the developer of the game has signed for a player. */
export async function signPlayer(
  place: { readonly rooms: RoomsContext; readonly game: { readonly appId: string } },
  claims: JWTPayload = { id: "p1" },
  { alg = "HS256" }: { readonly alg?: string } = {},
): Promise<string> {
  const { appSecret } = await getPlayerAccess(place.rooms, place.game.appId);
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(appSecret));
}

/** A lobby of player p1. */
export async function arrangeLobby({ rooms, game }: Place, changes: Partial<CreateLobbyInput> = {}): Promise<Lobby> {
  const { application } = game;
  const base = { application, playerId: "p1", visibility: "public", region: TEST_REGION, perHour: 0 } as const;
  return createLobby(rooms, { ...base, ...changes });
}
