import { createRoute } from "@hono/zod-openapi";
import { DeregisterStaticProcessParams } from "@roombridge/models/api";
import { deregisterStaticProcess } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { processIdOf, ProcessPath } from "../path-values.ts";
import { readJsonIfAny } from "../read-json.ts";

/** Ours. The body may be missing or empty. */
export const deregisterStaticProcessOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/processes/v3/apps/{appId}/static/{processId}/deregister",
    operationId: "DeregisterStaticProcess",
    tags: ["ProcessesV3"],
    summary: "Tell that a registered game server ends; with exit code 0 its rooms are destroyed",
    security: SECURITY,
    request: {
      params: ProcessPath,
      body: { required: false, content: { "application/json": { schema: DeregisterStaticProcessParams } } },
    },
    responses: documentResponses(
      { status: 204, description: "It has ended, or had ended before" },
      [401, 404, 422, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { exitCode } = parse(DeregisterStaticProcessParams, await readJsonIfAny(request), "body");
    const { appId } = await applicationOf(rooms, principal, request);
    await deregisterStaticProcess(rooms, appId, processIdOf(request), exitCode);
    return { status: 204 };
  },
};
