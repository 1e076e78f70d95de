import { MAX_PROCESSES, type Application, type ApplicationsPage } from "@roombridge/models/api";
import type { ApplicationDetails, DeployedApplication } from "@roombridge/rooms";
import { toBuildV3 } from "./build-answer.ts";
import { toDeploymentV3 } from "./deployment-answer.ts";

/** With its secret, which the SDK demands. */
export function toApplication(application: ApplicationDetails): Application {
  const { appId, appName, appSecret, authConfiguration, orgId, createdAt, createdBy, deletedAt, deletedBy } =
    application;
  return {
    appId,
    appName,
    appSecret,
    authConfiguration,
    serviceConfig: toServiceConfig(application),
    orgId,
    createdAt: createdAt.toISOString(),
    createdBy,
    deletedAt: deletedAt && deletedAt.toISOString(),
    deletedBy,
  };
}

export function toApplicationsPage(applications: readonly DeployedApplication[]): ApplicationsPage {
  return {
    applications: applications.map(({ deployment, ...application }) => ({
      ...toApplication(application),
      ...(deployment ? { deployment: { ...toDeploymentV3(deployment), build: toBuildV3(deployment.build) } } : {}),
    })),
  };
}

/** What was left out, or said to be null, has numbers in answers. */
function toServiceConfig({ serviceConfig }: ApplicationDetails): Application["serviceConfig"] {
  return (
    serviceConfig && {
      staticProcessAllocation: serviceConfig.staticProcessAllocation.map(
        ({ region, minProcesses, targetProcesses, maxProcesses }) => ({
          region,
          minProcesses,
          targetProcesses: targetProcesses ?? minProcesses,
          maxProcesses: maxProcesses ?? MAX_PROCESSES,
        }),
      ),
    }
  );
}
