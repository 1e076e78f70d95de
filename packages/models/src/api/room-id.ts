import { z } from "zod";

const ROOM_ID = /^[a-zA-Z0-9_-]{1,100}$/;

/** Hathora's rule for roomId; case-sensitive, unique among the live rooms of an application. */
export const RoomId = z
  .string()
  .regex(ROOM_ID, { error: "1 to 100 characters of A-Z, a-z, 0-9, _ and -" })
  .meta({ example: "2swovpy1fnunu" });

export function isRoomId(text: string): boolean {
  return ROOM_ID.test(text);
}
