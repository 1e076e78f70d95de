import { createRoute } from "@hono/zod-openapi";
import { Application } from "@roombridge/models/api";
import { getApplicationDetails } from "@roombridge/rooms";
import { toApplication } from "../application-answer.ts";
import { principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { appIdOf, AppPath } from "../path-values.ts";

export const getAppOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/apps/v2/apps/{appId}",
    operationId: "GetApp",
    tags: ["AppsV2"],
    summary: "An application with its secret",
    security: SECURITY,
    request: { params: AppPath },
    responses: documentResponses({ status: 200, description: "The application", schema: Application }, [401, 404]),
  }),
  access: "applications:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    return { status: 200, body: toApplication(await getApplicationDetails(rooms, principal, appIdOf(request))) };
  },
};
