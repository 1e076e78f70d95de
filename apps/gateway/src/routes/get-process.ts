import { createRoute } from "@hono/zod-openapi";
import { ProcessV3 } from "@roombridge/models/api";
import { getProcess, type GameProcess, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { processIdOf, ProcessPath } from "../path-values.ts";
import { toProcessV3 } from "../process-answer.ts";

export const getProcessOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/processes/v3/apps/{appId}/processes/{processId}",
    operationId: "GetProcess",
    tags: ["ProcessesV3"],
    summary: "A game server; for 72 hours after its end too",
    security: SECURITY,
    request: { params: ProcessPath },
    responses: documentResponses({ status: 200, description: "The process", schema: ProcessV3 }, [401, 404]),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    return { status: 200, body: toProcessV3(await requestedProcess(rooms, request)) };
  },
};

/** Everything but the answer, which differs between the versions of the API. Throws RoomError. */
export async function requestedProcess(rooms: RoomsContext, request: HonoRequest): Promise<GameProcess> {
  const principal = await principalOf(rooms, request);
  const { appId } = await applicationOf(rooms, principal, request);
  return getProcess(rooms, appId, processIdOf(request));
}
