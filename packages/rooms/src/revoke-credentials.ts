import { isRoomId, isStorable } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { findLiveRoom } from "./store/find-room.ts";
import { revokeRoomCredentials } from "./store/revoke-credentials.ts";
import { derivePassword, drawUsername, longTermKey, toStoredUsername } from "./turn-credential.ts";

export interface RevokeCredentialsInput {
  readonly roomId: string;
  /** Only this one. */
  readonly username?: string | undefined;
  /** Only this player's. */
  readonly playerId?: string | undefined;
}

/**
 * Revokes TURN credentials of a live room: one, those of a player, or, with neither named, all; new sessions are refused from
 * the same commit on and running ones are cut. A room whose own credential is revoked has a new one at once. Answers how many
 * were revoked: 0 for a username or player that has none. Throws `room_not_found`, and `invalid_params` when both are named.
 */
export async function revokeCredentials(
  context: RoomsContext,
  { appId }: Pick<Application, "appId">,
  { roomId, username, playerId }: RevokeCredentialsInput,
): Promise<number> {
  if (username !== undefined && playerId !== undefined) {
    throw new RoomError("invalid_params", "username, playerId: name one of them, or neither for the whole room");
  }
  const { database, turn } = context;
  const room = isRoomId(roomId) ? await findLiveRoom(database, appId, roomId) : undefined;
  if (!room) throw roomNotFound(roomId);
  if (!isStorable(username ?? playerId ?? "")) return 0;
  const [key] = turn.keys;
  const ownUsername = drawUsername(room.roomKey);
  const revoked = await revokeRoomCredentials(database, {
    roomKey: room.roomKey,
    username: username === undefined ? undefined : toStoredUsername(username),
    playerId,
    replacement: {
      username: ownUsername,
      hmackey: longTermKey(ownUsername, turn.realm, derivePassword(key, ownUsername)),
      realm: turn.realm,
      keyVersion: key.id,
      ttlSeconds: turn.ttlSeconds,
    },
  });
  if (revoked === undefined) throw roomNotFound(roomId);
  return revoked;
}
