import { createRoute } from "@hono/zod-openapi";
import { deleteApplication } from "@roombridge/rooms";
import { principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { appIdOf, AppPath } from "../path-values.ts";

export const deleteAppOperation: Operation = {
  route: createRoute({
    method: "delete",
    path: "/apps/v2/apps/{appId}",
    operationId: "DeleteApp",
    tags: ["AppsV2"],
    summary: "Delete an application, destroy its rooms and stop its game servers",
    security: SECURITY,
    request: { params: AppPath },
    responses: documentResponses({ status: 204, description: "Deleted" }, [401, 404, 500]),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    await deleteApplication(rooms, principal, appIdOf(request));
    return { status: 204 };
  },
};
