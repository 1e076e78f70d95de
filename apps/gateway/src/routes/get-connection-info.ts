import { createRoute } from "@hono/zod-openapi";
import { ConnectionInfoV2 } from "@roombridge/models/api";
import { getConnectionInfo, type Connection, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { toConnectionInfo } from "../connection-answer.ts";
import { documentResponses } from "../document-responses.ts";
import type { Operation, OperationSettings } from "../operation.ts";
import { appIdOf, roomIdOf, RoomPath } from "../path-values.ts";

/** Public: game clients poll it. A token that comes along is ignored, not checked. */
export const getConnectionInfoOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/connectioninfo/{roomId}",
    operationId: "GetConnectionInfo",
    summary: "Where to connect; `starting` without ports until the process has bound them; wakes a suspended room",
    request: { params: RoomPath },
    responses: documentResponses(
      { status: 200, description: "Where the room is", schema: ConnectionInfoV2 },
      [400, 402, 404, 422, 429, 500],
    ),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request, settings) {
    const roomId = roomIdOf(request);
    const connection = await connectionOf(rooms, request, { roomId, ...settings });
    return { status: 200, body: toConnectionInfo(roomId, connection) };
  },
};

/** Everything but the answer, which differs between the versions of the API. Throws RoomError. */
export function connectionOf(
  rooms: RoomsContext,
  request: HonoRequest,
  { roomId, wakeOnConnectionInfo }: OperationSettings & { readonly roomId: string },
): Promise<Connection> {
  // Whoever only looks whether the room is there must not start a game server with it.
  const wake = wakeOnConnectionInfo && request.method !== "HEAD";
  return getConnectionInfo(rooms, appIdOf(request), roomId, { wake });
}
