import { readBuild } from "../builds-v3/read-build.ts";
import { readDeployment } from "../deployments-v3/read-deployment.ts";
import type { JsonReader } from "../http/json-reader.ts";
import type { Application, DeployedApplication, StaticProcessAllocation } from "./application.ts";

export function readApplication(application: JsonReader): Application {
  const serviceConfig = application.objectOrNull("serviceConfig");
  return {
    appId: application.text("appId"),
    appName: application.text("appName"),
    appSecret: application.text("appSecret"),
    authConfiguration: readAuthConfiguration(application.object("authConfiguration")),
    serviceConfig: serviceConfig && {
      staticProcessAllocation: serviceConfig.objects("staticProcessAllocation").map(readAllocation),
    },
    orgId: application.text("orgId"),
    createdAt: application.date("createdAt"),
    createdBy: application.text("createdBy"),
    deletedAt: application.dateOrNull("deletedAt"),
    deletedBy: application.textOrNull("deletedBy"),
  };
}

export function readDeployedApplication(application: JsonReader): DeployedApplication {
  const deployment = application.objectOrNull("deployment");
  const read = deployment && { ...readDeployment(deployment), build: readBuild(deployment.object("build")) };
  return { ...readApplication(application), ...(read === null ? {} : { deployment: read }) };
}

function readAuthConfiguration(configuration: JsonReader): Application["authConfiguration"] {
  const google = configuration.objectOrNull("google");
  return {
    ...(configuration.has("anonymous") ? { anonymous: {} } : {}),
    ...(configuration.has("nickname") ? { nickname: {} } : {}),
    ...(google === null ? {} : { google: { clientId: google.text("clientId") } }),
  };
}

function readAllocation(allocation: JsonReader): StaticProcessAllocation {
  return {
    region: allocation.text("region"),
    minProcesses: allocation.integer("minProcesses"),
    targetProcesses: allocation.integer("targetProcesses"),
    maxProcesses: allocation.integer("maxProcesses"),
  };
}
