import { isStorable, type LobbyVisibility, type Region } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { createLocalRoom } from "./create-local-room.ts";
import { createRoom } from "./create-room.ts";
import { RoomError } from "./errors.ts";
import { newRoomKey, randomBase36 } from "./ids.ts";
import type { Lobby } from "./lobby.ts";
import { deleteLobby, reserveLobby } from "./store/lobbies.ts";
import { repeatLost } from "./store/repeat-lost.ts";

export interface CreateLobbyInput {
  readonly application: Application;
  /** `id` of the player's token. */
  readonly playerId: string | number;
  readonly visibility: LobbyVisibility;
  readonly region: Region;
  /** At most 10,000 characters, opaque to us. */
  readonly roomConfig?: string | undefined;
  /** Generated when absent. */
  readonly roomId?: string | undefined;
  /** 1 to 100 characters; drawn when absent. */
  readonly shortCode?: string | undefined;
  /** How many the player may make in an hour; 0: no limit. */
  readonly perHour: number;
}

/** Players type it, so it is short; nobody hits somebody else's by chance. */
const SHORT_CODE_DIGITS = 8;
const MAX_SHORT_CODE = 100;

/**
 * Creates a room and, before it, its lobby: one that is left without a room is never shown, and forgotten later. A `local`
 * lobby has a room without a game server of ours. Throws `rate_limited`, and what `createRoom` throws.
 */
export async function createLobby(context: RoomsContext, input: CreateLobbyInput): Promise<Lobby> {
  const { application, playerId, visibility, region, roomConfig } = input;
  const shortCode = input.shortCode ?? randomBase36(SHORT_CODE_DIGITS);
  if (shortCode === "" || shortCode.length > MAX_SHORT_CODE || !isStorable(shortCode)) {
    throw new RoomError("invalid_params", `shortCode: 1 to ${MAX_SHORT_CODE} characters, without U+0000`);
  }
  const roomKey = newRoomKey();
  const { appId } = application;
  const createdAt = await reserve(context, input, { roomKey, shortCode });
  const create = visibility === "local" ? createLocalRoom : createRoom;
  const { roomId } = await create(context, { application, region, roomId: input.roomId, roomConfig, roomKey }).catch(
    async (error: unknown) => {
      await forget(context, roomKey, error);
      throw error;
    },
  );
  return {
    appId,
    roomId,
    region,
    visibility,
    createdBy: playerId,
    createdAt,
    roomConfig: roomConfig ?? null,
    shortCode,
  };
}

async function reserve(
  { database }: RoomsContext,
  { application: { appId }, playerId, visibility, perHour }: CreateLobbyInput,
  { roomKey, shortCode }: { readonly roomKey: string; readonly shortCode: string },
): Promise<Date> {
  const lobby = { roomKey, appId, createdBy: playerId, visibility, shortCode, perHour };
  const { createdAt, retryAfterSeconds } = await repeatLost(() => reserveLobby(database, lobby));
  if (createdAt !== null) return createdAt;
  throw new RoomError("rate_limited", `a player may create ${perHour} lobbies in an hour`, { retryAfterSeconds });
}

/** Only when it is certain that there is no room; the rest is for the housekeeping, which has more patience. */
async function forget({ database }: RoomsContext, roomKey: string, error: unknown): Promise<void> {
  if (!RoomError.isInstance(error) || error.code === "internal") return;
  await deleteLobby(database, roomKey).catch(() => {});
}
