import { createRoute } from "@hono/zod-openapi";
import { suspendRoom } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { anyRoomIdOf, RoomPath } from "../path-values.ts";

/** Hathora's name for it, and its word for those who write new games. The body is not read, as with DestroyRoom. */
export const suspendRoomOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/suspend/{roomId}",
    operationId: "SuspendRoomV2Deprecated",
    summary: "Take the room off its process; ResumeRoom, or a player who asks for connection info, brings it back",
    deprecated: true,
    security: SECURITY,
    request: { params: RoomPath },
    responses: documentResponses({ status: 204, description: "Suspended, also if it was before" }, [401, 404, 500]),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { appId } = await applicationOf(rooms, principal, request);
    await suspendRoom(rooms, appId, anyRoomIdOf(request));
    return { status: 204 };
  },
};
