import { createRoute } from "@hono/zod-openapi";
import { RevokedCredentials, RevokeIceServersParams } from "@roombridge/models/api";
import { revokeCredentials } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";

/** Ours. A body is required, lest one that got lost on the way revokes the whole room. */
export const revokeIceServersOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/rooms/v2/{appId}/iceservers/{roomId}/revoke",
    operationId: "RevokeIceServers",
    summary: "End one TURN credential, those of a player, or with {} those of the whole room",
    security: SECURITY,
    request: {
      params: RoomPath,
      body: { required: true, content: { "application/json": { schema: RevokeIceServersParams } } },
    },
    responses: documentResponses(
      { status: 200, description: "How many were revoked", schema: RevokedCredentials },
      [401, 404, 422, 500],
    ),
  }),
  access: "processes:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const params = parse(RevokeIceServersParams, await readJson(request), "body");
    const application = await applicationOf(rooms, principal, request);
    const revoked = await revokeCredentials(rooms, application, { roomId, ...params });
    return { status: 200, body: { revoked } satisfies RevokedCredentials };
  },
};
