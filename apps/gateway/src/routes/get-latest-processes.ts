import { createRoute } from "@hono/zod-openapi";
import { ProcessV3 } from "@roombridge/models/api";
import { latestProcesses, type GameProcess, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { AppPath } from "../path-values.ts";
import { toProcessV3 } from "../process-answer.ts";
import { processFilterOf, ProcessQuery } from "../process-filter.ts";

export const getLatestProcessesOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/processes/v3/apps/{appId}/processes/latest",
    operationId: "GetLatestProcesses",
    tags: ["ProcessesV3"],
    summary: "The ten newest game servers that match, newest first",
    security: SECURITY,
    request: { params: AppPath, query: ProcessQuery },
    responses: documentResponses(
      { status: 200, description: "At most ten processes", schema: z.array(ProcessV3) },
      [401, 404, 422],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    return { status: 200, body: (await requestedProcesses(rooms, request)).map(toProcessV3) };
  },
};

/** Everything but the answer, which differs between the versions of the API. Throws RoomError. */
export async function requestedProcesses(rooms: RoomsContext, request: HonoRequest): Promise<GameProcess[]> {
  const principal = await principalOf(rooms, request);
  const filter = processFilterOf(request);
  const { appId } = await applicationOf(rooms, principal, request);
  return latestProcesses(rooms, appId, filter);
}
