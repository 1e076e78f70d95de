import { createRoute } from "@hono/zod-openapi";
import { CredentialList } from "@roombridge/models/api";
import { getRelayUsage, listCredentials } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import { toCredentialList } from "../ice-servers-answer.ts";
import type { Operation } from "../operation.ts";
import { roomIdOf, RoomPath } from "../path-values.ts";

/** Ours, and without a secret. */
export const listIceServersOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/iceservers/{roomId}",
    operationId: "ListIceServers",
    summary: "The room's TURN credentials without their passwords, and what went through the relays",
    security: SECURITY,
    request: { params: RoomPath },
    responses: documentResponses(
      { status: 200, description: "The newest 1,000 of them", schema: CredentialList },
      [401, 404, 422],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const roomId = roomIdOf(request);
    const application = await applicationOf(rooms, principal, request);
    const [credentials, usage] = await Promise.all([
      listCredentials(rooms, application, roomId),
      getRelayUsage(rooms, application, roomId),
    ]);
    return { status: 200, body: toCredentialList(credentials, usage) };
  },
};
