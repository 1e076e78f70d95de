import type { AuthConfiguration } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { findPlayerAccess } from "./store/find-application.ts";

/** What an application lets its players do, and the secret that signs their tokens. */
export interface PlayerAccess {
  readonly appId: string;
  readonly orgId: string;
  readonly appSecret: string;
  readonly authConfiguration: AuthConfiguration;
  /** Players may ask for TURN credentials with their own tokens. */
  readonly playerIceServers: boolean;
}

/** At most five seconds old. Throws `app_not_found`. */
export function getPlayerAccess(context: RoomsContext, appId: string): Promise<PlayerAccess> {
  return context.playerAccess.get(appId, async () => {
    const found = await findPlayerAccess(context.database, appId);
    if (!found) throw new RoomError("app_not_found", `no application ${appId}`);
    return found;
  });
}
