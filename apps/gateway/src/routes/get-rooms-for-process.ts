import { createRoute } from "@hono/zod-openapi";
import { RoomWithoutAllocations } from "@roombridge/models/api";
import { listActiveRooms, listInactiveRooms } from "@roombridge/rooms";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { processIdOf, ProcessPath } from "../path-values.ts";
import { toRoomWithoutAllocations } from "../room-answer.ts";

/** How a game server that runs many rooms learns of them, also before it listens: it polls this. */
export const getActiveRoomsForProcessOperation = getRoomsForProcess(listActiveRooms, {
  path: "/rooms/v2/{appId}/list/{processId}/active",
  operationId: "GetActiveRoomsForProcess",
  summary: "The rooms on a process, in the order in which they came to it",
});

export const getInactiveRoomsForProcessOperation = getRoomsForProcess(listInactiveRooms, {
  path: "/rooms/v2/{appId}/list/{processId}/inactive",
  operationId: "GetInactiveRoomsForProcess",
  summary: "The rooms that were on a process and have left it, the last one first: suspended, moved or destroyed",
});

function getRoomsForProcess(
  list: typeof listActiveRooms,
  route: { readonly path: string; readonly operationId: string; readonly summary: string },
): Operation {
  return {
    route: createRoute({
      method: "get",
      ...route,
      security: SECURITY,
      request: { params: ProcessPath },
      responses: documentResponses(
        { status: 200, description: "The rooms; `[]` when there are none", schema: z.array(RoomWithoutAllocations) },
        [401, 404],
      ),
    }),
    access: "processes:read",
    isForBrowsers: false,
    async handle(rooms, request) {
      const principal = await principalOf(rooms, request);
      const { appId } = await applicationOf(rooms, principal, request);
      const found = await list(rooms, appId, processIdOf(request));
      return { status: 200, body: found.map(toRoomWithoutAllocations) };
    },
  };
}
