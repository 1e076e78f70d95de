import { createRoute } from "@hono/zod-openapi";
import { UpdateRoomConfigParams } from "@roombridge/models/api";
import { updateRoomConfig } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";

export const updateRoomConfigOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/update/{roomId}",
    operationId: "UpdateRoomConfig",
    summary: "Replace the room's config; of two calls at once the last one wins",
    security: SECURITY,
    request: {
      params: RoomPath,
      body: { required: true, content: { "application/json": { schema: UpdateRoomConfigParams } } },
    },
    responses: documentResponses({ status: 204, description: "Replaced" }, [401, 404, 422, 500]),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const { roomConfig } = parse(UpdateRoomConfigParams, await readJson(request), "body");
    const { appId } = await applicationOf(rooms, principal, request);
    await updateRoomConfig(rooms, appId, roomId, roomConfig);
    return { status: 204 };
  },
};
