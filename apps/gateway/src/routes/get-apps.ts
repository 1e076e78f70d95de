import { createRoute } from "@hono/zod-openapi";
import { ApplicationsPage } from "@roombridge/models/api";
import { listApplications } from "@roombridge/rooms";
import { toApplicationsPage } from "../application-answer.ts";
import { principalOfOrganization } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { OrganizationQuery } from "../path-values.ts";

export const getAppsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/apps/v2/apps",
    operationId: "GetApps",
    tags: ["AppsV2"],
    summary: "All applications of the organisation with their secrets and newest deployments, newest first",
    security: SECURITY,
    request: { query: OrganizationQuery },
    responses: documentResponses({ status: 200, description: "Everything", schema: ApplicationsPage }, [401, 404]),
  }),
  access: "applications:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    return { status: 200, body: toApplicationsPage(await listApplications(rooms, principal)) };
  },
};
