import { createRoute } from "@hono/zod-openapi";
import { Room, type RoomAllocation } from "@roombridge/models/api";
import { getRoomInfo, type RoomAllocation as Allocation, type RoomInfo } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";

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
  isForBrowsers: true,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const { appId } = await applicationOf(rooms, principal, request);
    return { status: 200, body: toRoom(await getRoomInfo(rooms, appId, roomId)) };
  },
};

function toRoom({ appId, roomId, status, roomConfig, currentAllocation, allocations }: RoomInfo): Room {
  return {
    appId,
    roomId,
    status,
    roomConfig,
    currentAllocation: currentAllocation && toRoomAllocation(currentAllocation),
    allocations: allocations.map(toRoomAllocation),
  };
}

function toRoomAllocation({ roomAllocationId, processId, scheduledAt, unscheduledAt }: Allocation): RoomAllocation {
  return {
    roomAllocationId,
    processId,
    scheduledAt: scheduledAt.toISOString(),
    unscheduledAt: unscheduledAt && unscheduledAt.toISOString(),
  };
}
