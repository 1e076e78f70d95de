import { createRoute } from "@hono/zod-openapi";
import { LiveRoomState, Region, RoomPage } from "@roombridge/models/api";
import { findRooms } from "@roombridge/rooms";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { AppPath } from "../path-values.ts";
import { integerInQuery, listInQuery, valueInQuery } from "../query-values.ts";
import { toListedRoom } from "../room-answer.ts";

const LIMIT = { min: 1, max: 500, fallback: 100 };

/** Ours: Hathora lists rooms by process only. */
export const listRoomsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/list",
    operationId: "ListRooms",
    summary: "The live rooms of the application, newest first, page by page",
    security: SECURITY,
    request: {
      params: AppPath,
      query: z.object({
        state: z
          .array(LiveRoomState)
          .optional()
          .meta({ description: "One of these; repeated or separated by commas." }),
        region: z.array(Region).optional().meta({ description: "One of these; repeated or separated by commas." }),
        limit: z.int().min(LIMIT.min).max(LIMIT.max).default(LIMIT.fallback),
        cursor: z.string().optional().meta({ description: "The `nextCursor` of the page before." }),
      }),
    },
    responses: documentResponses({ status: 200, description: "One page", schema: RoomPage }, [401, 404, 422]),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const filter = {
      states: listInQuery(request, "state", LiveRoomState),
      regions: listInQuery(request, "region", Region),
      limit: integerInQuery(request, "limit", LIMIT),
      cursor: valueInQuery(request, "cursor"),
    };
    const { appId } = await applicationOf(rooms, principal, request);
    const page = await findRooms(rooms, appId, filter);
    return {
      status: 200,
      body: { rooms: page.rooms.map(toListedRoom), nextCursor: page.nextCursor } satisfies RoomPage,
    };
  },
};
