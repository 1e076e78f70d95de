import { createRoute } from "@hono/zod-openapi";
import { CreateIceServersParams, IceServersAnswer } from "@roombridge/models/api";
import { issueCredential } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import { toIceServersAnswer } from "../ice-servers-answer.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";
import { readJsonIfAny } from "../read-json.ts";

/** Ours: Hathora has no TURN. */
export const createIceServersOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/iceservers/{roomId}",
    operationId: "CreateIceServers",
    summary: "A TURN credential: a new one for a player, or the room's own one, renewed past half of its life",
    security: SECURITY,
    request: {
      params: RoomPath,
      body: { required: false, content: { "application/json": { schema: CreateIceServersParams } } },
    },
    responses: documentResponses(
      { status: 201, description: "The credential, and where it is good for", schema: IceServersAnswer },
      [401, 404, 422, 429, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const params = parse(CreateIceServersParams, await readJsonIfAny(request), "body");
    const application = await applicationOf(rooms, principal, request);
    return { status: 201, body: toIceServersAnswer(await issueCredential(rooms, application, { roomId, ...params })) };
  },
};
