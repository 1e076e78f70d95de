import { createRoute } from "@hono/zod-openapi";
import { LobbyV3 } from "@roombridge/models/api";
import { getLobby, getLobbyByShortCode } from "@roombridge/rooms";
import { documentResponses } from "../document-responses.ts";
import { toLobby } from "../lobby-answer.ts";
import type { Operation } from "../operation.ts";
import { appIdOf, RoomPath, roomIdOf, shortCodeOf, ShortCodePath } from "../path-values.ts";

export const getLobbyInfoByRoomIdOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/lobby/v3/{appId}/info/roomid/{roomId}",
    operationId: "GetLobbyInfoByRoomId",
    summary: "The lobby of a live room",
    tags: ["LobbiesV3"],
    request: { params: RoomPath },
    responses: documentResponses({ status: 200, description: "The lobby", schema: LobbyV3 }, [404, 422]),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request) {
    return { status: 200, body: toLobby(await getLobby(rooms, appIdOf(request), roomIdOf(request))) };
  },
};

export const getLobbyInfoByShortCodeOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/lobby/v3/{appId}/info/shortcode/{shortCode}",
    operationId: "GetLobbyInfoByShortCode",
    summary: "The newest lobby with this code whose room is live",
    tags: ["LobbiesV3"],
    request: { params: ShortCodePath },
    responses: documentResponses({ status: 200, description: "The lobby", schema: LobbyV3 }, [404]),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request) {
    return { status: 200, body: toLobby(await getLobbyByShortCode(rooms, appIdOf(request), shortCodeOf(request))) };
  },
};
