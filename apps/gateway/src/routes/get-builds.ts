import { createRoute } from "@hono/zod-openapi";
import { BuildsV3Page } from "@roombridge/models/api";
import { listBuilds } from "@roombridge/rooms";
import { principalOfOrganization } from "../auth.ts";
import { toBuildV3 } from "../build-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { OrganizationQuery } from "../path-values.ts";

export const getBuildsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/builds/v3/builds",
    operationId: "GetBuilds",
    tags: ["BuildsV3"],
    summary: "The newest 1,000 builds of the organisation, newest first",
    security: SECURITY,
    request: { query: OrganizationQuery },
    responses: documentResponses({ status: 200, description: "Builds", schema: BuildsV3Page }, [401, 404]),
  }),
  access: "builds:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    return { status: 200, body: { builds: (await listBuilds(rooms, principal)).map(toBuildV3) } };
  },
};
