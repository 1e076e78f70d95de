import { createHash } from "node:crypto";
import {
  compareDeployment,
  declareBuild,
  declareDeployment,
  newUuid,
  type DeclaredApplicationRow,
  type DeploymentSettings,
} from "@roombridge/rooms";
import type { DeclaredDeployment } from "@roombridge/service";
import type { Change } from "./change.ts";
import type { FiledApplication } from "./secret-files.ts";

/** A build is what the file says about it: the same words mean the same build, at every start and for every application. */
function buildIdOf(orgId: string, { command, image, buildTag }: DeclaredDeployment): string {
  const words = JSON.stringify([orgId, command ?? null, image ?? null, buildTag ?? null]);
  const hex = createHash("sha256").update(words).digest("hex");
  return `bld-${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What must be done so that new rooms of the application run on the deployment of the file, if it names one. */
export function planDeployment(
  { appId, deployment }: FiledApplication,
  newest: DeclaredApplicationRow["deployment"],
  orgId: string,
): Change[] {
  if (deployment === undefined) return [];
  const { command, image, buildTag } = deployment;
  const settings = toSettings(appId, buildIdOf(orgId, deployment), deployment);
  const difference = compareDeployment(newest, settings);
  if (difference === "same") return [];
  const limits = `maxProcesses ${settings.maxProcesses}, warmProcesses ${settings.warmProcesses}`;
  const what = difference === "limits" ? limits : `new deployment of ${command ?? image}`;
  return [
    {
      what: `application ${appId}: ${what}`,
      async make(database) {
        const { buildId } = settings;
        await declareBuild(database, {
          buildId,
          orgId,
          ...(command === undefined ? {} : { command }),
          ...(image === undefined ? {} : { image }),
          ...(buildTag === undefined ? {} : { buildTag }),
        });
        await declareDeployment(database, settings, `dep-${newUuid()}`);
      },
    },
  ];
}

function toSettings(appId: string, buildId: string, deployment: DeclaredDeployment): DeploymentSettings {
  const { deploymentTag, additionalContainerPorts, env, maxProcesses, warmProcesses } = deployment;
  return {
    appId,
    buildId,
    deploymentTag: deploymentTag ?? null,
    containerPort: deployment.containerPort,
    transportType: deployment.transportType,
    additionalContainerPorts: additionalContainerPorts ?? [],
    roomsPerProcess: deployment.roomsPerProcess,
    requestedCpu: deployment.requestedCPU,
    requestedMemoryMb: deployment.requestedMemoryMB,
    idleTimeoutEnabled: deployment.idleTimeoutEnabled,
    env,
    maxProcesses,
    warmProcesses,
  };
}
