import { createRoute } from "@hono/zod-openapi";
import { DeploymentConfigV3, DeploymentV3 } from "@roombridge/models/api";
import { createDeployment, type NewDeployment } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { toDeploymentV3 } from "../deployment-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { readLongJson } from "../read-json.ts";

export const createDeploymentOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/deployments/v3/apps/{appId}/deployments",
    operationId: "CreateDeployment",
    tags: ["DeploymentsV3"],
    summary: "Deploy a build: new rooms go onto its game servers from now on, and those of older deployments drain",
    security: SECURITY,
    request: {
      params: AppPath,
      body: { required: true, content: { "application/json": { schema: DeploymentConfigV3 } } },
    },
    responses: documentResponses(
      { status: 201, description: "The deployment", schema: DeploymentV3 },
      [400, 401, 404, 422, 500],
    ),
  }),
  access: "deployments:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const config = parse(DeploymentConfigV3, await readLongJson(request), "body");
    const application = await applicationOf(rooms, principal, request);
    const created = await createDeployment(rooms, principal, application, toNewDeployment(config));
    return { status: 201, body: toDeploymentV3(created) };
  },
};

function toNewDeployment(config: DeploymentConfigV3): NewDeployment {
  const { fleetId: _, requestedGPU: _gpu, experimentalRequestedGPU: _experimental, ...rest } = config;
  const { requestedCPU, requestedMemoryMB, ...settings } = rest;
  return { ...settings, requestedCpu: requestedCPU, requestedMemoryMb: requestedMemoryMB };
}
