import { createRoute } from "@hono/zod-openapi";
import { ConnectionInfoV2 } from "@roombridge/models/api";
import { waitForConnection, getConnectionInfo, type Connection, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { toConnectionInfo } from "../connection-answer.ts";
import { documentResponses } from "../document-responses.ts";
import type { Operation, OperationSettings } from "../operation.ts";
import { appIdOf, roomIdOf, RoomPath } from "../path-values.ts";
import { integerInQuery } from "../query-values.ts";

/** Seconds. Common balancers cut what is silent for 30 or 60. */
const WAIT = { min: 1, max: 25, fallback: 0 };

/** Public: game clients poll it. A token that comes along is ignored, not checked. */
export const getConnectionInfoOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/connectioninfo/{roomId}",
    operationId: "GetConnectionInfo",
    summary: "Where to connect; `starting` without ports until the process has bound them; wakes a suspended room",
    request: {
      params: RoomPath,
      query: z.object({
        wait: z.int().min(WAIT.min).max(WAIT.max).optional().meta({
          description: "Ours: while the room is `starting` the answer is held back, at most for so many seconds.",
        }),
      }),
    },
    responses: documentResponses(
      { status: 200, description: "Where the room is", schema: ConnectionInfoV2 },
      [400, 402, 404, 422, 429, 500],
    ),
  }),
  access: "public",
  isForBrowsers: true,
  patienceSeconds: (request) => Math.min(Math.max(Number(request.query("wait")) || 0, 0), WAIT.max),
  async handle(rooms, request, settings) {
    const roomId = roomIdOf(request);
    const waitMs = integerInQuery(request, "wait", WAIT) * 1_000;
    const connection =
      waitMs > 0 && request.method !== "HEAD"
        ? await waitForConnection(rooms, appIdOf(request), roomId, {
            wake: settings.wakeOnConnectionInfo,
            waitMs,
            signal: request.raw.signal,
          })
        : await connectionOf(rooms, request, { roomId, ...settings });
    return { status: 200, body: toConnectionInfo(roomId, connection) };
  },
};

/** Everything but the answer, which differs between the versions of the API. Throws RoomError. */
export function connectionOf(
  rooms: RoomsContext,
  request: HonoRequest,
  { roomId, wakeOnConnectionInfo }: OperationSettings & { readonly roomId: string },
): Promise<Connection> {
  // Whoever only looks whether the room is there must not start a game server with it.
  const wake = wakeOnConnectionInfo && request.method !== "HEAD";
  return getConnectionInfo(rooms, appIdOf(request), roomId, { wake });
}
