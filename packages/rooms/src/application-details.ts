import { applicationNotFound } from "./errors.ts";
import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { findApplicationDetails, findApplications, type ApplicationDetailsRow } from "./store/applications.ts";
import { findNewestDeployments, type DeploymentRow } from "./store/find-deployments.ts";

/** An application with all that may be set of it, and with its secret. */
export type ApplicationDetails = ApplicationDetailsRow;

export interface DeployedApplication extends ApplicationDetails {
  /** The newest one; absent as well when the environments of others have filled the answer. */
  readonly deployment?: DeploymentRow;
}

/** All applications of the organisation, newest first. */
export async function listApplications(
  { database }: Pick<RoomsContext, "database">,
  { orgId }: Pick<Principal, "orgId">,
): Promise<DeployedApplication[]> {
  const [applications, deployments] = await Promise.all([
    findApplications(database, orgId),
    findNewestDeployments(database, orgId),
  ]);
  const newest = new Map(deployments.map((deployment) => [deployment.appId, deployment]));
  return applications.map((application) => {
    const deployment = newest.get(application.appId);
    return { ...application, ...(deployment ? { deployment } : {}) };
  });
}

/** Never from a cache. Throws `app_not_found`. */
export async function getApplicationDetails(
  { database }: Pick<RoomsContext, "database">,
  { orgId }: Pick<Principal, "orgId">,
  appId: string,
): Promise<ApplicationDetails> {
  const found = await findApplicationDetails(database, orgId, appId);
  if (!found) throw applicationNotFound(appId);
  return found;
}
