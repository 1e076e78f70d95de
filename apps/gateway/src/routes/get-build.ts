import { createRoute } from "@hono/zod-openapi";
import { BuildV3 } from "@roombridge/models/api";
import { getBuild } from "@roombridge/rooms";
import { principalOfOrganization } from "../auth.ts";
import { toBuildV3 } from "../build-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { buildIdOf, BuildPath, OrganizationQuery } from "../path-values.ts";

export const getBuildOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/builds/v3/builds/{buildId}",
    operationId: "GetBuild",
    tags: ["BuildsV3"],
    summary: "A build that was not deleted",
    security: SECURITY,
    request: { params: BuildPath, query: OrganizationQuery },
    responses: documentResponses({ status: 200, description: "The build", schema: BuildV3 }, [401, 404]),
  }),
  access: "builds:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    return { status: 200, body: toBuildV3(await getBuild(rooms, principal, buildIdOf(request))) };
  },
};
