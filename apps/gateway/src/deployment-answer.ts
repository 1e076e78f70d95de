import type { DeploymentV3 } from "@roombridge/models/api";
import type { Deployment } from "@roombridge/rooms";

export function toDeploymentV3(deployment: Deployment): DeploymentV3 {
  const { appId, deploymentId, deploymentTag, build, containerPort: port, transportType } = deployment;
  const { roomsPerProcess, requestedCpu, requestedMemoryMb, idleTimeoutEnabled, createdAt, createdBy } = deployment;
  return {
    appId,
    deploymentId,
    ...(deploymentTag === null ? {} : { deploymentTag }),
    buildId: build.buildId,
    ...(build.buildTag === null ? {} : { buildTag: build.buildTag }),
    defaultContainerPort: { name: "default", port, transportType },
    additionalContainerPorts: [...deployment.additionalContainerPorts],
    roomsPerProcess,
    requestedCPU: requestedCpu,
    requestedMemoryMB: requestedMemoryMb,
    idleTimeoutEnabled,
    env: [...deployment.env],
    createdAt: createdAt.toISOString(),
    createdBy,
  };
}
