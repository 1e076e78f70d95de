import { randomBytes } from "node:crypto";
import type { AuthConfiguration } from "@roombridge/models/api";
import type { Principal } from "./access.ts";
import type { ApplicationDetails } from "./application-details.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { insertApplication } from "./store/applications.ts";

export interface NewApplication {
  readonly appName: string;
  readonly authConfiguration: AuthConfiguration;
}

/** An application without a deployment, with a secret of its own. Throws `invalid_params` when its name is taken. */
export async function createApplication(
  { database }: Pick<RoomsContext, "database">,
  { orgId, orgTokenId }: Pick<Principal, "orgId" | "orgTokenId">,
  { appName, authConfiguration }: NewApplication,
): Promise<ApplicationDetails> {
  const created = await insertApplication(database, {
    appId: `app-${newUuid()}`,
    appName,
    appSecret: `secret-${randomBytes(32).toString("base64url")}`,
    orgId,
    authConfiguration,
    createdBy: orgTokenId,
  });
  if (!created) throw nameTaken(appName);
  return created;
}

/** `appName` is unique among the applications of an organisation. */
export function nameTaken(appName: string): RoomError {
  return new RoomError("invalid_params", `appName: the organisation has another application ${appName}`);
}
