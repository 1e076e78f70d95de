import { createRoute } from "@hono/zod-openapi";
import { DeploymentsV3Page, isStorable } from "@roombridge/models/api";
import { listDeployments } from "@roombridge/rooms";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { toDeploymentV3 } from "../deployment-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { AppPath } from "../path-values.ts";

const DeploymentsQuery = z.object({
  buildTag: z.string().optional().meta({ description: "Only those whose build has this tag." }),
  deploymentTag: z.string().optional().meta({ description: "Only those with this tag." }),
});

export const getDeploymentsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/deployments/v3/apps/{appId}/deployments",
    operationId: "GetDeployments",
    tags: ["DeploymentsV3"],
    summary: "The newest 1,000 deployments that match, newest first",
    security: SECURITY,
    request: { params: AppPath, query: DeploymentsQuery },
    responses: documentResponses({ status: 200, description: "Deployments", schema: DeploymentsV3Page }, [401, 404]),
  }),
  access: "deployments:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { appId } = await applicationOf(rooms, principal, request);
    const filter = { buildTag: request.query("buildTag"), deploymentTag: request.query("deploymentTag") };
    // What cannot be stored is no deployment's tag; the SDK knows no 422 here.
    const isPossible = Object.values(filter).every((tag) => tag === undefined || isStorable(tag));
    const found = isPossible ? await listDeployments(rooms, appId, filter) : [];
    return { status: 200, body: { deployments: found.map(toDeploymentV3) } };
  },
};
