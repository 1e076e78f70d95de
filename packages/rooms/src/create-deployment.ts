import { MAX_PROCESSES } from "@roombridge/models/api";
import type { Application, Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { getDeployment, type Deployment } from "./find-deployments.ts";
import { newUuid } from "./ids.ts";
import { insertNewestDeployment, type DeploymentSettings } from "./store/insert-deployment.ts";

export type NewDeployment = Omit<DeploymentSettings, "appId" | "createdBy" | "maxProcesses" | "warmProcesses">;

/**
 * Makes a deployment the one that takes the application's new rooms; processes of older ones drain. What Hathora's API does
 * not know, how many processes may run and how many are kept warm in each region, it has from the one before it; the first one
 * has no limit and no warm processes. Throws `build_not_found`, `build_unusable`, `no_certificate`.
 */
export async function createDeployment(
  context: RoomsContext,
  { orgTokenId }: Pick<Principal, "orgTokenId">,
  { appId }: Pick<Application, "appId">,
  settings: NewDeployment,
): Promise<Deployment> {
  const deploymentId = `dep-${newUuid()}`;
  await insertNewestDeployment(
    context.database,
    { ...settings, appId, createdBy: orgTokenId, maxProcesses: MAX_PROCESSES },
    deploymentId,
  );
  return getDeployment(context, appId, deploymentId);
}
