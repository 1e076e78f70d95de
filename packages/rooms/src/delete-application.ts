import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { endDeletedApplications } from "./end-deleted-application.ts";
import { applicationNotFound } from "./errors.ts";
import { deleteApplicationRow } from "./store/delete-application.ts";

/**
 * Deletes an application with its deployments; then destroys its rooms, whose credentials end with them, and stops its
 * processes. What a broken connection leaves of that is housekeeping's. Throws `app_not_found`.
 */
export async function deleteApplication(
  {
    database,
    applications,
  }: Pick<RoomsContext, "database"> & { readonly applications: Pick<RoomsContext["applications"], "forget"> },
  { orgId, orgTokenId }: Pick<Principal, "orgId" | "orgTokenId">,
  appId: string,
): Promise<void> {
  const isDone = await deleteApplicationRow(database, { appId, orgId, deletedBy: orgTokenId });
  if (!isDone) throw applicationNotFound(appId);
  applications.forget(appId);
  await endDeletedApplications(database, appId);
}
