import { createRoute } from "@hono/zod-openapi";
import { RoomAllocationData } from "@roombridge/models/api";
import { resumeRoom, type ResumedRoom } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { toConnectionInfo, toIceServersBody } from "../connection-answer.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";

/** Some games poll with nothing else, four times a second. The body is not read, as with DestroyRoom. */
export const resumeRoomOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/resume/{roomId}",
    operationId: "ResumeRoom",
    summary: "Bring a room back on a process; a room that has one stays as it is",
    security: SECURITY,
    request: { params: RoomPath },
    responses: documentResponses(
      { status: 200, description: "The room, and where it is if its process runs already", schema: RoomAllocationData },
      [400, 401, 402, 404, 422, 429, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  isPolled: true,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const application = await applicationOf(rooms, principal, request);
    return { status: 200, body: toRoomAllocationData(await resumeRoom(rooms, application, roomId)) };
  },
};

function toRoomAllocationData({ roomId, processId, connection, credential }: ResumedRoom): RoomAllocationData {
  return {
    ...toConnectionInfo(roomId, connection),
    ...(processId === undefined ? {} : { processId }),
    iceServers: toIceServersBody(credential),
  };
}
