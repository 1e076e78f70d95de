import { createRoute } from "@hono/zod-openapi";
import { CreateLobbyV3Params, LobbyV3, RoomId, ShortCode } from "@roombridge/models/api";
import { createLobby } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { documentResponses, PLAYER_SECURITY } from "../document-responses.ts";
import { toLobby } from "../lobby-answer.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { playerOf } from "../player-auth.ts";
import { valueInQuery } from "../query-values.ts";
import { readJson } from "../read-json.ts";

export const createLobbyOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/lobby/v3/{appId}/create",
    operationId: "CreateLobby",
    summary: "Create a room in a player's name; others find it by its short code or, if it is public, in the list",
    tags: ["LobbiesV3"],
    security: PLAYER_SECURITY,
    request: {
      params: AppPath,
      query: z.object({ roomId: RoomId.optional(), shortCode: ShortCode.optional() }),
      body: { required: true, content: { "application/json": { schema: CreateLobbyV3Params } } },
    },
    responses: documentResponses(
      { status: 201, description: "The lobby", schema: LobbyV3 },
      [400, 401, 402, 404, 422, 429, 500],
    ),
  }),
  access: "player",
  isForBrowsers: true,
  async handle(rooms, request, { players }) {
    const { player, access: application } = await playerOf(rooms, request);
    const named = namesInQuery(request);
    const params = parse(CreateLobbyV3Params, await readJson(request), "body");
    const lobby = await createLobby(rooms, {
      application,
      playerId: player.id,
      perHour: players.lobbiesPerHour,
      ...named,
      ...params,
    });
    return { status: 201, body: toLobby(lobby) };
  },
};

function namesInQuery(request: HonoRequest) {
  const roomId = valueInQuery(request, "roomId");
  const shortCode = valueInQuery(request, "shortCode");
  return {
    roomId: roomId === undefined ? undefined : parse(RoomId, roomId, "roomId"),
    shortCode: shortCode === undefined ? undefined : parse(ShortCode, shortCode, "shortCode"),
  };
}
