import { createRoute } from "@hono/zod-openapi";
import { CreateIceServersParams, IceServersAnswer } from "@roombridge/models/api";
import { issueCredential, requireScope, RoomError, type Application, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, PLAYER_SECURITY, SECURITY } from "../document-responses.ts";
import { toIceServersAnswer } from "../ice-servers-answer.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";
import { playerOfIceServers } from "../player-auth.ts";
import { readJsonIfAny } from "../read-json.ts";

const SCOPE = "processes:read-write";

/** Ours: Hathora has no TURN. */
export const createIceServersOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/iceservers/{roomId}",
    operationId: "CreateIceServers",
    summary: "A TURN credential: a new one for a player, or the room's own one, renewed past half of its life",
    description:
      "A player's own token will do where the application allows that; it gets a credential for that player only.",
    security: [...SECURITY, ...PLAYER_SECURITY],
    request: {
      params: RoomPath,
      body: { required: false, content: { "application/json": { schema: CreateIceServersParams } } },
    },
    responses: documentResponses(
      { status: 201, description: "The credential, and where it is good for", schema: IceServersAnswer },
      [401, 404, 422, 429, 500],
    ),
  }),
  access: SCOPE,
  isForPlayersToo: true,
  isForBrowsers: true,
  async handle(rooms, request) {
    const { application, ...wanted } = await wantedBy(rooms, request);
    return { status: 201, body: toIceServersAnswer(await issueCredential(rooms, application, wanted)) };
  },
};

interface Wanted extends CreateIceServersParams {
  readonly application: Application;
  readonly roomId: string;
}

async function wantedBy(rooms: RoomsContext, request: HonoRequest): Promise<Wanted> {
  const known = await playerOfIceServers(rooms, request);
  if (known) {
    const { player, access: application } = known;
    const roomId = roomIdOf(request);
    const params = parse(CreateIceServersParams, await readJsonIfAny(request), "body");
    return { ...asPlayer(rooms, String(player.id), params), application, roomId };
  }
  const principal = await principalOf(rooms, request);
  requireScope(principal, SCOPE);
  const roomId = roomIdOf(request);
  const params = parse(CreateIceServersParams, await readJsonIfAny(request), "body");
  return { ...params, application: await applicationOf(rooms, principal, request), roomId };
}

/** A player speaks for nobody else, and may not have what outlasts the operator's own lifetime of credentials. */
function asPlayer({ turn }: RoomsContext, playerId: string, params: CreateIceServersParams): CreateIceServersParams {
  if (params.playerId !== undefined && params.playerId !== playerId) {
    throw new RoomError("invalid_params", "playerId: a player's token is good for its own player only");
  }
  if (params.ttlSeconds !== undefined && params.ttlSeconds > turn.ttlSeconds) {
    throw new RoomError("invalid_params", `ttlSeconds: at most ${turn.ttlSeconds} with a player's token`);
  }
  return { ...params, playerId };
}
