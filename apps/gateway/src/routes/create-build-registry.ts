import { createRoute } from "@hono/zod-openapi";
import { BuildV3, CreateBuildV3Params } from "@roombridge/models/api";
import { createBuild } from "@roombridge/rooms";
import { principalOfOrganization } from "../auth.ts";
import { toBuildV3 } from "../build-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { OrganizationQuery } from "../path-values.ts";
import { readJson } from "../read-json.ts";

export const createBuildRegistryOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/builds/v3/builds/registry",
    operationId: "CreateBuildRegistry",
    tags: ["BuildsV3"],
    summary: "Create a build, which RunBuildRegistry then gives its image",
    security: SECURITY,
    request: {
      query: OrganizationQuery,
      body: { required: true, content: { "application/json": { schema: CreateBuildV3Params } } },
    },
    responses: documentResponses(
      { status: 201, description: "The build, without an image", schema: BuildV3 },
      [400, 401, 404, 422, 500],
    ),
  }),
  access: "builds:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    const params = parse(CreateBuildV3Params, await readJson(request), "body");
    return { status: 201, body: toBuildV3(await createBuild(rooms, principal, params)) };
  },
};
