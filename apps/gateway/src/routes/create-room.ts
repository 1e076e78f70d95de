import { createRoute } from "@hono/zod-openapi";
import { CreateRoomParams, RoomConnectionData, RoomId } from "@roombridge/models/api";
import { createRoom, RoomError, type CreatedRoom, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { toConnectionInfo, toIceServersBody } from "../connection-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { valueInQuery } from "../query-values.ts";
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
      [400, 401, 402, 404, 422, 429, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    return { status: 201, body: toRoomConnectionData(await createRequestedRoom(rooms, request)) };
  },
};

/** Everything but the answer, which differs between the versions of the API. Throws RoomError. */
export async function createRequestedRoom(rooms: RoomsContext, request: HonoRequest): Promise<CreatedRoom> {
  const principal = await principalOf(rooms, request);
  const roomId = roomIdInQuery(request);
  const params = parse(CreateRoomParams, await readJson(request), "body");
  const application = await applicationOf(rooms, principal, request);
  const { region, roomConfig, deploymentId, clientIPs: clientIps } = params;
  return createRoom(rooms, { application, region, roomId, roomConfig, deploymentId, clientIps });
}

function roomIdInQuery(request: HonoRequest): string | undefined {
  const roomId = valueInQuery(request, "roomId");
  return roomId === undefined ? undefined : parse(RoomId, roomId, "roomId");
}

function toRoomConnectionData({ roomId, processId, connection, credential }: CreatedRoom): RoomConnectionData {
  if (processId === undefined) throw new RoomError("internal", `room ${roomId} has no process`);
  return { ...toConnectionInfo(roomId, connection), processId, iceServers: toIceServersBody(credential) };
}
