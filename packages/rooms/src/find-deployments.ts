import type { RoomsContext } from "./context.ts";
import { deploymentNotFound, RoomError } from "./errors.ts";
import { findDeployments, type DeploymentFilter, type DeploymentRow } from "./store/find-deployments.ts";

/** A build with its run-time settings. */
export type Deployment = DeploymentRow;

/** Hathora's list has no pages. */
const NEWEST = 1_000;

/** The newest 1,000 deployments of an application that match, newest first; fewer when their environments are large. */
export async function listDeployments(
  { database }: RoomsContext,
  appId: string,
  filter: Pick<DeploymentFilter, "buildTag" | "deploymentTag">,
): Promise<Deployment[]> {
  return findDeployments(database, appId, filter, NEWEST);
}

/** Throws `deployment_not_found`. */
export async function getDeployment(
  { database }: RoomsContext,
  appId: string,
  deploymentId: string,
): Promise<Deployment> {
  const [found] = await findDeployments(database, appId, { deploymentId }, 1);
  if (!found) throw deploymentNotFound(deploymentId);
  return found;
}

/** The one that takes new rooms. Throws `deployment_not_found` when the application has none. */
export async function getLatestDeployment({ database }: RoomsContext, appId: string): Promise<Deployment> {
  const [found] = await findDeployments(database, appId, {}, 1);
  if (!found) throw new RoomError("deployment_not_found", `application ${appId} has no deployment`);
  return found;
}
