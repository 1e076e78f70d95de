import { createRoute } from "@hono/zod-openapi";
import { stopProcess } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { processIdOf, ProcessPath } from "../path-values.ts";

/** The body is not read, as with DestroyRoom. */
export const stopProcessOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/processes/v3/apps/{appId}/processes/{processId}/stop",
    operationId: "StopProcess",
    tags: ["ProcessesV3"],
    summary: "Stop a game server and destroy its rooms at once",
    security: SECURITY,
    request: { params: ProcessPath },
    responses: documentResponses({ status: 204, description: "It stops, or had ended before" }, [401, 404, 500]),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { appId } = await applicationOf(rooms, principal, request);
    await stopProcess(rooms, appId, processIdOf(request));
    return { status: 204 };
  },
};
