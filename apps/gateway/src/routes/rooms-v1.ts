import { ConnectionInfoV1, RoomId } from "@roombridge/models/api";
import { toConnectionInfoV1 } from "../connection-answer.ts";
import { documentResponses } from "../document-responses.ts";
import { olderVersion } from "../older-version.ts";
import type { Operation } from "../operation.ts";
import { anyRoomIdOf } from "../path-values.ts";
import { createRequestedRoom, createRoomOperation } from "./create-room.ts";
import { destroyRoomOperation } from "./destroy-room.ts";
import { connectionOf, getConnectionInfoOperation } from "./get-connection-info.ts";
import { getRoomInfoOperation } from "./get-room-info.ts";
import { getActiveRoomsForProcessOperation, getInactiveRoomsForProcessOperation } from "./get-rooms-for-process.ts";
import { suspendRoomOperation } from "./suspend-room.ts";

const tag = "RoomsV1";

/** Hathora's RoomsV1, for games that never upgraded. */
export const ROOMS_V1: readonly Operation[] = [
  olderVersion(createRoomOperation, {
    tag,
    operationId: "CreateRoomDeprecated",
    path: "/rooms/v1/{appId}/create",
    responses: documentResponses(
      { status: 201, description: "The roomId, as a JSON string", schema: RoomId },
      [400, 401, 402, 404, 422, 429, 500],
    ),
    handle: async (rooms, request) => ({ status: 201, body: (await createRequestedRoom(rooms, request)).roomId }),
  }),
  olderVersion(getRoomInfoOperation, {
    tag,
    operationId: "GetRoomInfoDeprecated",
    path: "/rooms/v1/{appId}/info/{roomId}",
  }),
  olderVersion(getActiveRoomsForProcessOperation, {
    tag,
    operationId: "GetActiveRoomsForProcessDeprecated",
    path: "/rooms/v1/{appId}/list/{processId}/active",
  }),
  olderVersion(getInactiveRoomsForProcessOperation, {
    tag,
    operationId: "GetInactiveRoomsForProcessDeprecated",
    path: "/rooms/v1/{appId}/list/{processId}/inactive",
  }),
  olderVersion(destroyRoomOperation, {
    tag,
    operationId: "DestroyRoomDeprecated",
    path: "/rooms/v1/{appId}/destroy/{roomId}",
  }),
  olderVersion(suspendRoomOperation, {
    tag,
    operationId: "SuspendRoomDeprecated",
    path: "/rooms/v1/{appId}/suspend/{roomId}",
  }),
  olderVersion(getConnectionInfoOperation, {
    tag,
    operationId: "GetConnectionInfoDeprecated",
    path: "/rooms/v1/{appId}/connectioninfo/{roomId}",
    responses: documentResponses(
      { status: 200, description: "Where the room is", schema: ConnectionInfoV1 },
      [400, 402, 404, 429, 500],
    ),
    handle: async (rooms, request, settings) => {
      const roomId = anyRoomIdOf(request);
      const connection = await connectionOf(rooms, request, { roomId, ...settings });
      return { status: 200, body: toConnectionInfoV1(roomId, connection) };
    },
  }),
];
