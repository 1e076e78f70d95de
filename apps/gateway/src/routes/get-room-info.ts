import { createRoute } from "@hono/zod-openapi";
import { Room } from "@roombridge/models/api";
import { getRoomInfo } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";
import { toRoom } from "../room-answer.ts";

export const getRoomInfoOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/info/{roomId}",
    operationId: "GetRoomInfo",
    summary: "The room with every stay on a process; for 24 hours after its end as `destroyed`",
    security: SECURITY,
    request: { params: RoomPath },
    responses: documentResponses({ status: 200, description: "The room", schema: Room }, [401, 404, 422]),
  }),
  // Games ask for it from pages without a token and read the 401 as "no".
  access: "processes:read",
  isForBrowsers: true,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const { appId } = await applicationOf(rooms, principal, request);
    return { status: 200, body: toRoom(await getRoomInfo(rooms, appId, roomId)) };
  },
};
