import { createRoute } from "@hono/zod-openapi";
import { AppConfigWithServiceConfig, Application, PartialAppConfigWithServiceConfig } from "@roombridge/models/api";
import { updateApplication } from "@roombridge/rooms";
import type { z } from "zod";
import { toApplication } from "../application-answer.ts";
import { principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { appIdOf, AppPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";

/** The two differ in what the body may leave out, and in nothing else. */
function updateBy(
  method: "post" | "patch",
  {
    operationId,
    summary,
    schema,
  }: {
    readonly operationId: string;
    readonly summary: string;
    readonly schema: z.ZodType<PartialAppConfigWithServiceConfig>;
  },
): Operation {
  return {
    route: createRoute({
      method,
      path: "/apps/v2/apps/{appId}",
      operationId,
      tags: ["AppsV2"],
      summary,
      security: SECURITY,
      request: { params: AppPath, body: { required: true, content: { "application/json": { schema } } } },
      responses: documentResponses(
        { status: 200, description: "The application as it is now", schema: Application },
        [401, 404, 422, 500],
      ),
    }),
    access: "applications:read-write",
    isForBrowsers: false,
    async handle(rooms, request) {
      const principal = await principalOf(rooms, request);
      const config = parse(schema, await readJson(request), "body");
      const updated = await updateApplication(rooms, principal, appIdOf(request), config);
      return { status: 200, body: toApplication(updated) };
    },
  };
}

export const updateAppOperation = updateBy("post", {
  operationId: "UpdateApp",
  summary: "Set name and authentication of an application anew; a service configuration that is left out stays",
  schema: AppConfigWithServiceConfig,
});

export const patchAppOperation = updateBy("patch", {
  operationId: "PatchApp",
  summary: "Change an application; what is left out stays",
  schema: PartialAppConfigWithServiceConfig,
});
