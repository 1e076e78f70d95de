import { isRoomId } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import { toConnection, type Connection } from "./connection.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError, roomNotFound } from "./errors.ts";
import { handOut } from "./hand-out.ts";
import type { TurnCredential } from "./issued-credential.ts";
import { refusePlacement } from "./placement-refusal.ts";
import { repeatLost } from "./store/repeat-lost.ts";
import { resumeRoomById, type ResumeRow } from "./store/resume-room.ts";
import { renewRoomCredential } from "./store/room-credential.ts";

export interface ResumedRoom {
  readonly roomId: string;
  /** Undefined for a room without a game server. */
  readonly processId: string | undefined;
  readonly connection: Connection;
  readonly credential: TurnCredential;
}

/**
 * Brings a suspended or unscheduled room back on a process, with its credential on and renewed. An active room stays as it
 * is, so callers may poll with it. Throws `room_not_found`, `no_deployment`, `no_capacity`, `quota_exceeded`.
 */
export async function resumeRoom(
  context: RoomsContext,
  { appId }: Pick<Application, "appId">,
  roomId: string,
): Promise<ResumedRoom> {
  const row = await callResume(context, appId, roomId, false);
  return {
    roomId,
    processId: row.processId ?? undefined,
    connection: toConnection(row),
    credential: await credentialOf(context, row, roomId),
  };
}

/**
 * For connection info, which anybody may ask for: resumes a room that the suspend call has put to sleep, once in ten
 * seconds. Throws what `resumeRoom` throws, and `rate_limited`.
 */
export async function wakeRoom(context: RoomsContext, appId: string, roomId: string): Promise<ResumeRow> {
  return callResume(context, appId, roomId, true);
}

async function callResume(context: RoomsContext, appId: string, roomId: string, isWake: boolean): Promise<ResumeRow> {
  if (!isRoomId(roomId)) throw roomNotFound(roomId);
  const { database, turn, resuming, announcer } = context;
  const request = { appId, roomId, isWake, ttlSeconds: turn.ttlSeconds };
  // Whether or not a lost one was done: what has been resumed stays where it is.
  const row = await resuming.run(JSON.stringify([appId, roomId, isWake]), () =>
    repeatLost(() => resumeRoomById(database, request)),
  );
  if (row.outcome === "resumed" || row.outcome === "resumed_without_process") announcer.announce();
  return refuse(row, request);
}

function refuse(row: ResumeRow, { appId, roomId }: { readonly appId: string; readonly roomId: string }): ResumeRow {
  switch (row.outcome) {
    case "active":
    case "resumed":
    case "resumed_without_process":
      return row;
    case "not_found":
      throw roomNotFound(roomId);
    case "asleep":
      throw new RoomError("room_not_found", "room is not running; resume it");
    case "woken_recently":
      throw new RoomError("rate_limited", "the room was woken a moment ago", {
        retryAfterSeconds: row.retryAfterSeconds ?? 10,
      });
    case "no_deployment":
      throw new RoomError("no_deployment", `application ${appId} has no deployment for the room`);
    case "full":
    case "no_host":
    case "pool_stopped":
    case "quota":
      throw refusePlacement(row.outcome, row.region, row.retryAfterSeconds);
  }
}

async function credentialOf(context: RoomsContext, row: ResumeRow, roomId: string): Promise<TurnCredential> {
  const { username, keyVersion, credentialExpiresAt, isPastHalfLife } = row;
  if (username === null || keyVersion === null || credentialExpiresAt === null) {
    throw new RoomError("internal", `room ${roomId} has no credential`);
  }
  const { database, turn } = context;
  const renewed = isPastHalfLife ? await renewRoomCredential(database, username, turn.ttlSeconds) : undefined;
  // Nothing to renew: the room was suspended or destroyed since, and the answer is about the moment before.
  const expiresAt = renewed?.expiresAt ?? credentialExpiresAt;
  return handOut(context, { username, keyVersion, expiresAt }, row.region ?? undefined);
}
