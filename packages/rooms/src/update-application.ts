import type { Principal } from "./access.ts";
import type { ApplicationDetails } from "./application-details.ts";
import type { RoomsContext } from "./context.ts";
import { nameTaken } from "./create-application.ts";
import { applicationNotFound } from "./errors.ts";
import { updateApplicationRow, type ApplicationSettings } from "./store/applications.ts";

/**
 * Changes what is given and leaves the rest. Processes that a new limit leaves no room for run on; warm ones follow within
 * seconds. Throws `app_not_found`, and `invalid_params` when the name is taken.
 */
export async function updateApplication(
  { database, applications }: RoomsContext,
  { orgId }: Pick<Principal, "orgId">,
  appId: string,
  settings: ApplicationSettings,
): Promise<ApplicationDetails> {
  const updated = await updateApplicationRow(database, { orgId, appId }, settings);
  if (updated === "taken") throw nameTaken(settings.appName ?? "");
  if (!updated) throw applicationNotFound(appId);
  applications.forget(appId);
  return updated;
}
