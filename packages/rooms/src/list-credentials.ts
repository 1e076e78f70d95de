import { isRoomId } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { roomNotFound } from "./errors.ts";
import { findLiveRoom } from "./store/find-room.ts";
import {
  listRoomCredentialsOf,
  sumRoomUsage,
  type ListedCredential,
  type RelayUsage,
} from "./store/list-credentials.ts";

const MAX_LISTED = 1_000;

/** The credentials of a live room with what was relayed under them, newest first, at most 1,000. Throws `room_not_found`. */
export async function listCredentials(
  context: RoomsContext,
  application: Pick<Application, "appId">,
  roomId: string,
): Promise<ListedCredential[]> {
  return listRoomCredentialsOf(context.database, await liveRoomKey(context, application, roomId), MAX_LISTED);
}

/** What was relayed for a live room, also under credentials that are listed no more. Throws `room_not_found`. */
export async function getRelayUsage(
  context: RoomsContext,
  application: Pick<Application, "appId">,
  roomId: string,
): Promise<RelayUsage> {
  return sumRoomUsage(context.database, await liveRoomKey(context, application, roomId));
}

async function liveRoomKey(
  { database }: RoomsContext,
  { appId }: Pick<Application, "appId">,
  roomId: string,
): Promise<string> {
  const room = isRoomId(roomId) ? await findLiveRoom(database, appId, roomId) : undefined;
  if (!room) throw roomNotFound(roomId);
  return room.roomKey;
}
