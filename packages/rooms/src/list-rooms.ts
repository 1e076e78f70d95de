import type { RoomsContext } from "./context.ts";
import { listRoomCredentials } from "./store/list-rooms.ts";

/** A live room with its credential's name and end; the password is only ever given to who asks for one room. */
export interface ListedRoom {
  readonly roomId: string;
  readonly username: string;
  readonly expiresAt: Date;
}

/** The live rooms of an application, newest first, at most `limit`. */
export async function listRooms(context: RoomsContext, appId: string, limit: number): Promise<ListedRoom[]> {
  return listRoomCredentials(context.database, appId, limit);
}
