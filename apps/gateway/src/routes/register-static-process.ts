import { createRoute } from "@hono/zod-openapi";
import { RegisterStaticProcessParams, StaticProcess } from "@roombridge/models/api";
import { registerStaticProcess } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";
import { checkStaticPorts } from "../static-ports.ts";
import { toStaticProcessBody } from "../static-process-answer.ts";

/** Ours: Hathora starts every game server itself. */
export const registerStaticProcessOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/processes/v3/apps/{appId}/static",
    operationId: "RegisterStaticProcess",
    tags: ["ProcessesV3"],
    summary: "Register a game server that somebody else has started, so that rooms are placed on it",
    security: SECURITY,
    request: {
      params: AppPath,
      body: { required: true, content: { "application/json": { schema: RegisterStaticProcessParams } } },
    },
    responses: documentResponses(
      { status: 201, description: "Its process, which runs as long as it sends heartbeats", schema: StaticProcess },
      [401, 404, 422, 429, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request, settings) {
    const principal = await principalOf(rooms, request);
    const params = parse(RegisterStaticProcessParams, await readJson(request), "body");
    const application = await applicationOf(rooms, principal, request);
    const exposedPort = { ...params.exposedPort, name: "default" };
    // Before anything is changed: nobody loses a name to a server that does not listen.
    if (settings.checkStaticPorts) await checkStaticPorts([exposedPort, ...(params.additionalExposedPorts ?? [])]);
    const process = await registerStaticProcess(rooms, { ...params, application, exposedPort });
    return { status: 201, body: toStaticProcessBody(process) };
  },
};
