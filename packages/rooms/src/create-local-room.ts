import type { RoomsContext } from "./context.ts";
import { refuseWhatCannotBeStored, type CreateRoomInput } from "./create-room.ts";
import { RoomError } from "./errors.ts";
import { newRoomId, newRoomKey } from "./ids.ts";
import { quotaExceeded } from "./placement-refusal.ts";
import { insertLocalRoom } from "./store/create-local-room.ts";
import { repeatLost } from "./store/repeat-lost.ts";
import { derivePassword, drawUsername, longTermKey } from "./turn-credential.ts";

/** A developer's day; nobody else ends such a room. */
const LIFETIME_SECONDS = 86_400;

/**
 * Creates a room for a game server on the developer's own machine: none of ours is started, whatever deployments there are,
 * and the room expires after 24 hours. It has a TURN credential like any other. Throws `invalid_params`,
 * `room_exists`, `quota_exceeded`, `app_not_found`.
 */
export async function createLocalRoom(
  { database, turn }: RoomsContext,
  input: Pick<CreateRoomInput, "application" | "region" | "roomId" | "roomConfig" | "roomKey">,
): Promise<{ readonly roomId: string }> {
  refuseWhatCannotBeStored(input);
  const { application, region, roomConfig, roomKey = newRoomKey(), roomId = newRoomId() } = input;
  const [key] = turn.keys;
  const { realm, ttlSeconds } = turn;
  const username = drawUsername(roomKey);
  const hmackey = longTermKey(username, realm, derivePassword(key, username));
  const room = {
    appId: application.appId,
    region,
    roomKey,
    roomId,
    roomConfig: roomConfig ?? null,
    lifetimeSeconds: LIFETIME_SECONDS,
    username,
    hmackey,
    realm,
    keyVersion: key.id,
    ttlSeconds,
  };
  const outcome = await repeatLost(() => insertLocalRoom(database, room));
  if (outcome === "duplicate") throw new RoomError("room_exists", `room ${roomId} already exists`);
  if (outcome === "room_quota") throw quotaExceeded("maxRooms");
  if (outcome === "app_not_found") throw new RoomError("app_not_found", `no application ${room.appId}`);
  return { roomId };
}
