import { isRoomId, isStorable, type Region } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { currentCredential, roomIsSuspended } from "./current-credential.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { chosenUris, handOut, openSigner } from "./hand-out.ts";
import type { TurnCredential } from "./issued-credential.ts";
import { findLiveRoom } from "./store/find-room.ts";
import { issuePlayerCredential, type IssueRow } from "./store/player-credential.ts";
import { repeatLost } from "./store/repeat-lost.ts";
import { findOwnRoomCredential } from "./store/room-credential.ts";
import { derivePassword, drawUsername, longTermKey } from "./turn-credential.ts";

export interface IssueCredentialInput {
  readonly roomId: string;
  /** Whose; 1 to 255 characters, opaque to us. Absent: the credential of the room itself. */
  readonly playerId?: string | undefined;
  /** 60 to 86,400; `TURN_TTL_SECONDS` when absent. */
  readonly ttlSeconds?: number | undefined;
  /** Where the player is; the region of the room when absent. */
  readonly region?: Region | undefined;
}

export interface IssuedCredential extends TurnCredential {
  readonly roomId: string;
  readonly playerId: string | null;
  /** Whole seconds from now to `expiresAt`. */
  readonly ttlSeconds: number;
  /** When half of the lifetime is over. */
  readonly renewAfter: Date;
}

const MIN_TTL_SECONDS = 60;
const MAX_TTL_SECONDS = 86_400;
const MAX_PLAYER_ID = 255;

/**
 * A TURN credential for a room that is live and not suspended. A player gets a new one at each call and keeps four: the fifth
 * ends the oldest. Without `playerId` it is the room's own, always the same, renewed past half of its life.
 * Throws `invalid_params`, `room_not_found`, `turn_limit`.
 */
export async function issueCredential(
  context: RoomsContext,
  { appId }: Pick<Application, "appId">,
  input: IssueCredentialInput,
): Promise<IssuedCredential> {
  const { roomId, playerId, ttlSeconds = context.turn.ttlSeconds, region } = input;
  if (ttlSeconds < MIN_TTL_SECONDS || ttlSeconds > MAX_TTL_SECONDS || !Number.isInteger(ttlSeconds)) {
    throw new RoomError("invalid_params", `ttlSeconds: a whole number from ${MIN_TTL_SECONDS} to ${MAX_TTL_SECONDS}`);
  }
  if (playerId !== undefined && (playerId === "" || playerId.length > MAX_PLAYER_ID || !isStorable(playerId))) {
    throw new RoomError(
      "invalid_params",
      `playerId: 1 to ${MAX_PLAYER_ID} characters, without U+0000 and lone surrogates`,
    );
  }
  if (!isRoomId(roomId)) throw roomNotFound(roomId);
  const retryAfterSeconds = context.issueRate.take(`${appId} ${roomId}`);
  if (retryAfterSeconds !== undefined) {
    throw new RoomError("turn_limit", `credentials of room ${roomId} are asked for too often`, { retryAfterSeconds });
  }
  const wanted = { appId, roomId, ttlSeconds, region };
  return playerId === undefined ? issueForRoom(context, wanted) : issueForPlayer(context, { ...wanted, playerId });
}

interface Wanted {
  readonly appId: string;
  readonly roomId: string;
  readonly ttlSeconds: number;
  readonly region: Region | undefined;
}

async function issueForRoom(context: RoomsContext, wanted: Wanted): Promise<IssuedCredential> {
  const { roomId, ttlSeconds, region } = wanted;
  const { database } = context;
  const row = await currentCredential(context, wanted, () => findOwnRoomCredential(database, wanted));
  const credential = await handOut(context, row, region ?? row.region);
  return { ...credential, roomId, playerId: null, ...halfLife(row.expiresAt, row.ttlSeconds, ttlSeconds) };
}

async function issueForPlayer(
  context: RoomsContext,
  wanted: Wanted & { readonly playerId: string },
): Promise<IssuedCredential> {
  const { appId, roomId, playerId, ttlSeconds, region } = wanted;
  const { database, turn } = context;
  const sign = await openSigner(context);
  const room = await findLiveRoom(database, appId, roomId);
  if (!room) throw roomNotFound(roomId);
  const [key] = turn.keys;
  const username = drawUsername(room.roomKey);
  const password = derivePassword(key, username);
  const request = {
    roomKey: room.roomKey,
    playerId,
    username,
    hmackey: longTermKey(username, turn.realm, password),
    realm: turn.realm,
    keyVersion: key.id,
    ttlSeconds,
    maxCredentials: turn.limits.credentialsPerRoom,
    maxSessions: turn.limits.sessionsPerRoom,
  };
  // Of two calls with the same username the second changes nothing.
  const issuing = repeatLost(() => issuePlayerCredential(database, request));
  const [row, uris] = await Promise.all([issuing, chosenUris(context, region ?? room.region)]);
  const { expiresAt, ttlSeconds: lastsSeconds } = refuse(row, roomId);
  const credential = { ...sign({ username, password, expiresAt }), uris };
  return { ...credential, roomId, playerId, ...halfLife(expiresAt, lastsSeconds, lastsSeconds) };
}

function refuse(row: IssueRow, roomId: string): { readonly expiresAt: Date; readonly ttlSeconds: number } {
  switch (row.outcome) {
    case "issued":
      return row;
    case "not_found":
      throw roomNotFound(roomId);
    case "suspended":
      throw roomIsSuspended(roomId);
    case "credentials":
    case "sessions":
      throw new RoomError("turn_limit", `room ${roomId} has too many TURN ${row.outcome}`, {
        retryAfterSeconds: row.retryAfterSeconds,
      });
  }
}

/** `lifetimeSeconds` is what a renewal gives; half of it before the end it is time for one. */
function halfLife(expiresAt: Date, ttlSeconds: number, lifetimeSeconds: number) {
  return { ttlSeconds, renewAfter: new Date(expiresAt.getTime() - lifetimeSeconds * 500) };
}
