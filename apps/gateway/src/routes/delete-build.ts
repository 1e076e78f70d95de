import { createRoute } from "@hono/zod-openapi";
import { DeletedBuild } from "@roombridge/models/api";
import { deleteBuild } from "@roombridge/rooms";
import { principalOfOrganization } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { buildIdOf, BuildPath, OrganizationQuery } from "../path-values.ts";

export const deleteBuildOperation: Operation = {
  route: createRoute({
    method: "delete",
    path: "/builds/v3/builds/{buildId}",
    operationId: "DeleteBuild",
    tags: ["BuildsV3"],
    summary: "Delete a build; what runs of it runs on, and nothing more is started of it",
    security: SECURITY,
    request: { params: BuildPath, query: OrganizationQuery },
    responses: documentResponses({ status: 200, description: "Deleted", schema: DeletedBuild }, [401, 404, 500]),
  }),
  access: "builds:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    await deleteBuild(rooms, principal, buildIdOf(request));
    return { status: 200, body: {} satisfies DeletedBuild };
  },
};
