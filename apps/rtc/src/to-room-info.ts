import type { RoomInfo } from "@roombridge/models/thrift";

/**
 * The Thrift shape of a room. `expires` is in epoch seconds with a fraction, as the field's own documentation says and as
 * coturn reckons; the microseconds of the typedef's comment are the resolution of the double.
 */
export function toRoomInfo(room: {
  readonly roomId: string;
  readonly expiresAt: Date;
  readonly username: string;
  readonly password?: string;
}): RoomInfo {
  return {
    id: room.roomId,
    expires: room.expiresAt.getTime() / 1_000,
    username: room.username,
    ...(room.password === undefined ? {} : { password: room.password }),
  };
}
