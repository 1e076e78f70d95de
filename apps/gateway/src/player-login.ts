import type { AuthConfiguration } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";

/** As many as Hathora's ids of players have; 67 bits, so nobody is somebody else. */
export const PLAYER_ID_DIGITS = 13;

/** The application has not switched this way to log in on; Hathora answers as if it were not there. */
export function loginIsOff(appId: string, provider: keyof AuthConfiguration): RoomError {
  return new RoomError("login_not_found", `application ${appId} does not offer the ${provider} login`);
}
