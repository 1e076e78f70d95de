import { createRoute } from "@hono/zod-openapi";
import { ProcessV3 } from "@roombridge/models/api";
import { createProcess, type GameProcess, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { regionOf, RegionPath } from "../path-values.ts";
import { toProcessV3 } from "../process-answer.ts";

/** The body is not read, as with DestroyRoom. */
export const createProcessOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/processes/v3/apps/{appId}/processes/regions/{region}",
    operationId: "CreateProcess",
    tags: ["ProcessesV3"],
    summary: "Start a game server without a room, so that rooms find it running",
    security: SECURITY,
    request: { params: RegionPath },
    responses: documentResponses(
      { status: 201, description: "The process, which starts", schema: ProcessV3 },
      [401, 402, 404, 422, 429, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    return { status: 201, body: toProcessV3(await createRequestedProcess(rooms, request)) };
  },
};

/** Everything but the answer, which differs between the versions of the API. Throws RoomError. */
export async function createRequestedProcess(rooms: RoomsContext, request: HonoRequest): Promise<GameProcess> {
  const principal = await principalOf(rooms, request);
  const region = regionOf(request);
  const application = await applicationOf(rooms, principal, request);
  return createProcess(rooms, application, region);
}
