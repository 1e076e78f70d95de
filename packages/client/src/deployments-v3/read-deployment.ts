import type { JsonReader } from "../http/json-reader.ts";
import type { ContainerPort, Deployment } from "./deployment.ts";

export function readDeployment(deployment: JsonReader): Deployment {
  const deploymentTag = deployment.textOrNull("deploymentTag");
  const buildTag = deployment.textOrNull("buildTag");
  return {
    appId: deployment.text("appId"),
    deploymentId: deployment.text("deploymentId"),
    ...(deploymentTag === null ? {} : { deploymentTag }),
    buildId: deployment.text("buildId"),
    ...(buildTag === null ? {} : { buildTag }),
    defaultContainerPort: readContainerPort(deployment.object("defaultContainerPort")),
    additionalContainerPorts: deployment.objects("additionalContainerPorts").map(readContainerPort),
    roomsPerProcess: deployment.integer("roomsPerProcess"),
    requestedCPU: deployment.number("requestedCPU"),
    requestedMemoryMB: deployment.number("requestedMemoryMB"),
    idleTimeoutEnabled: deployment.flag("idleTimeoutEnabled"),
    env: deployment.objects("env").map((entry) => ({ name: entry.text("name"), value: entry.text("value") })),
    createdAt: deployment.date("createdAt"),
    createdBy: deployment.text("createdBy"),
  };
}

function readContainerPort(port: JsonReader): ContainerPort {
  return { name: port.text("name"), port: port.integer("port"), transportType: port.text("transportType") };
}
