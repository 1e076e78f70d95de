import { createRoute } from "@hono/zod-openapi";
import { Application, CreateAppConfig } from "@roombridge/models/api";
import { createApplication } from "@roombridge/rooms";
import { toApplication } from "../application-answer.ts";
import { principalOfOrganization } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { OrganizationQuery } from "../path-values.ts";
import { readJson } from "../read-json.ts";

export const createAppOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/apps/v2/apps",
    operationId: "CreateApp",
    tags: ["AppsV2"],
    summary: "Create an application, which has a secret and no deployment",
    security: SECURITY,
    request: {
      query: OrganizationQuery,
      body: { required: true, content: { "application/json": { schema: CreateAppConfig } } },
    },
    responses: documentResponses(
      { status: 201, description: "The application", schema: Application },
      [401, 404, 422, 500],
    ),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    const config = parse(CreateAppConfig, await readJson(request), "body");
    return { status: 201, body: toApplication(await createApplication(rooms, principal, config)) };
  },
};
