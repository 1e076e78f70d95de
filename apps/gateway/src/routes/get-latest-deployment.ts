import { createRoute } from "@hono/zod-openapi";
import { DeploymentV3 } from "@roombridge/models/api";
import { getLatestDeployment } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { toDeploymentV3 } from "../deployment-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { AppPath } from "../path-values.ts";

export const getLatestDeploymentOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/deployments/v3/apps/{appId}/deployments/latest",
    operationId: "GetLatestDeployment",
    tags: ["DeploymentsV3"],
    summary: "The deployment that takes the application's new rooms",
    security: SECURITY,
    request: { params: AppPath },
    responses: documentResponses({ status: 200, description: "The newest one", schema: DeploymentV3 }, [401, 404]),
  }),
  access: "deployments:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { appId } = await applicationOf(rooms, principal, request);
    return { status: 200, body: toDeploymentV3(await getLatestDeployment(rooms, appId)) };
  },
};
