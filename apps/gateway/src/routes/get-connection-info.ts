import { createRoute } from "@hono/zod-openapi";
import { ConnectionInfoV2 } from "@roombridge/models/api";
import { getConnectionInfo } from "@roombridge/rooms";
import { toConnectionInfo } from "../connection-answer.ts";
import { documentResponses } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { appIdOf, roomIdOf, RoomPath } from "../path-values.ts";

/** Public: game clients poll it. A token that comes along is ignored, not checked. */
export const getConnectionInfoOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/connectioninfo/{roomId}",
    operationId: "GetConnectionInfo",
    summary: "Where to connect; `starting` without ports until the process has bound them",
    request: { params: RoomPath },
    responses: documentResponses(
      { status: 200, description: "Where the room is", schema: ConnectionInfoV2 },
      [400, 404, 422, 500],
    ),
  }),
  isForBrowsers: true,
  async handle(rooms, request) {
    const roomId = roomIdOf(request);
    const connection = await getConnectionInfo(rooms, appIdOf(request), roomId, { wake: false });
    return { status: 200, body: toConnectionInfo(roomId, connection) };
  },
};
