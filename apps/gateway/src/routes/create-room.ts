import { createRoute } from "@hono/zod-openapi";
import { CreateRoomParams, RoomConnectionData, RoomId } from "@roombridge/models/api";
import { createRoom, RoomError, toIceServers, type CreatedRoom } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { toConnectionInfo } from "../connection-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";

export const createRoomOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/create",
    operationId: "CreateRoom",
    summary: "Create a room on a process with a free slot, or on a new one",
    security: SECURITY,
    request: {
      params: AppPath,
      query: z.object({ roomId: RoomId.optional() }),
      body: { required: true, content: { "application/json": { schema: CreateRoomParams } } },
    },
    responses: documentResponses(
      { status: 201, description: "The room, and where it is if its process runs already", schema: RoomConnectionData },
      [400, 401, 404, 422, 429, 500],
    ),
  }),
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdInQuery(request);
    const params = parse(CreateRoomParams, await readJson(request), "body");
    const application = await applicationOf(rooms, principal, request);
    const { region, roomConfig, deploymentId, clientIPs: clientIps } = params;
    const created = await createRoom(rooms, { application, region, roomId, roomConfig, deploymentId, clientIps });
    return { status: 201, body: toRoomConnectionData(created) };
  },
};

function roomIdInQuery(request: HonoRequest): string | undefined {
  const values = request.queries("roomId");
  if (values === undefined) return undefined;
  if (values.length > 1) throw new RoomError("invalid_params", "roomId: given more than once");
  return parse(RoomId, values[0], "roomId");
}

function toRoomConnectionData({ roomId, processId, connection, credential }: CreatedRoom): RoomConnectionData {
  if (processId === undefined) throw new RoomError("internal", `room ${roomId} has no process`);
  return {
    ...toConnectionInfo(roomId, connection),
    processId,
    iceServers: toIceServers(credential).map((server) => ({ ...server, urls: [...server.urls] })),
  };
}
