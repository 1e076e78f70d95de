import { createRoute } from "@hono/zod-openapi";
import { DeploymentV3 } from "@roombridge/models/api";
import { getDeployment } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { toDeploymentV3 } from "../deployment-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { deploymentIdOf, DeploymentPath } from "../path-values.ts";

export const getDeploymentOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/deployments/v3/apps/{appId}/deployments/{deploymentId}",
    operationId: "GetDeployment",
    tags: ["DeploymentsV3"],
    summary: "A deployment, the newest or an older one",
    security: SECURITY,
    request: { params: DeploymentPath },
    responses: documentResponses({ status: 200, description: "The deployment", schema: DeploymentV3 }, [401, 404]),
  }),
  access: "deployments:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { appId } = await applicationOf(rooms, principal, request);
    return { status: 200, body: toDeploymentV3(await getDeployment(rooms, appId, deploymentIdOf(request))) };
  },
};
