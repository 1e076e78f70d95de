import { createRoute } from "@hono/zod-openapi";
import { isStorable, StaticProcess } from "@roombridge/models/api";
import { beatStaticProcess } from "@roombridge/rooms";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { processIdOf, ProcessPath } from "../path-values.ts";
import { valueInQuery } from "../query-values.ts";
import { toStaticProcessBody } from "../static-process-answer.ts";

const RoomsVersion = z
  .string()
  .refine(isStorable, { error: "must not contain U+0000 or a lone surrogate" })
  .optional()
  .meta({ description: "Of the answer before: `rooms` is left out while it is still true." });

/** Ours. The body is not read, as with DestroyRoom. */
export const heartbeatStaticProcessOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/processes/v3/apps/{appId}/static/{processId}/heartbeat",
    operationId: "HeartbeatStaticProcess",
    tags: ["ProcessesV3"],
    summary: "Keep a registered game server alive, and learn its rooms and whether it shall stop",
    security: SECURITY,
    request: {
      params: ProcessPath,
      query: z.object({ roomsVersion: RoomsVersion }),
    },
    responses: documentResponses(
      { status: 200, description: "It lives, or ends as was asked", schema: StaticProcess },
      [401, 404, 409, 410, 422, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  isPolled: true,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomsVersion = parse(RoomsVersion, valueInQuery(request, "roomsVersion"), "roomsVersion");
    const { appId } = await applicationOf(rooms, principal, request);
    const process = await beatStaticProcess(rooms, appId, processIdOf(request), roomsVersion);
    return { status: 200, body: toStaticProcessBody(process) };
  },
};
