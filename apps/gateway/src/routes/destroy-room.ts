import { createRoute } from "@hono/zod-openapi";
import { destroyRoom } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { anyRoomIdOf, RoomPath } from "../path-values.ts";

/** Clients send no body, an empty one that claims to be JSON, or `{}`: it is not read. */
export const destroyRoomOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/destroy/{roomId}",
    operationId: "DestroyRoom",
    summary: "End the room: its slot is free and its TURN credentials are refused from now on",
    security: SECURITY,
    request: { params: RoomPath },
    responses: documentResponses({ status: 204, description: "Destroyed" }, [401, 404, 500]),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { appId } = await applicationOf(rooms, principal, request);
    await destroyRoom(rooms, appId, anyRoomIdOf(request));
    return { status: 204 };
  },
};
