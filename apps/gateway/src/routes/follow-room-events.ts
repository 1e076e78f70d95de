import { createRoute } from "@hono/zod-openapi";
import { RoomEventType, RoomId } from "@roombridge/models/api";
import { followEvents, parsePosition, RoomError, type EventPosition } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import { EVENT_STREAM_HEADERS, toEventStream } from "../event-stream.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { listInQuery, valueInQuery } from "../query-values.ts";

/** Shorter than what common balancers allow a silent connection. */
const HEARTBEAT_MS = 15_000;
/** Each is a connection and, when its reader is slow, half a megabyte. */
const MAX_STREAMS = 1_000;

/** Ours: with Hathora one polls. */
export const followRoomEventsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/rooms/v2/{appId}/events",
    operationId: "FollowRoomEvents",
    tags: ["RoomEvents"],
    summary: "What happens to rooms, as server-sent events; `Last-Event-ID` goes on where a connection broke",
    security: SECURITY,
    request: {
      params: AppPath,
      query: z.object({
        roomId: RoomId.optional().meta({ description: "Only of this room." }),
        types: z.array(RoomEventType).optional().meta({ description: "Only these; repeated or separated by commas." }),
        lastEventId: z.string().optional().meta({ description: "In place of the header `Last-Event-ID`, which wins." }),
      }),
    },
    responses: documentResponses(
      { status: 200, description: "Events, each with the JSON of a RoomEvent as its data", isEvents: true },
      [401, 404, 422, 429],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request, { closing, maxEventStreams: max = MAX_STREAMS }) {
    const principal = await principalOf(rooms, request);
    const roomId = valueInQuery(request, "roomId");
    const filter = {
      roomId: roomId === undefined ? undefined : parse(RoomId, roomId, "roomId"),
      types: listInQuery(request, "types", RoomEventType),
      after: lastEventIdOf(request),
    };
    const { appId } = await applicationOf(rooms, principal, request);
    const gone = new AbortController();
    const signal = closing ? AbortSignal.any([closing, gone.signal]) : gone.signal;
    const items = await followEvents(rooms, { appId, ...filter, idleMs: HEARTBEAT_MS, signal, max });
    const authorize = async () => applicationOf(rooms, await principalOf(rooms, request), request);
    const stream = toEventStream(items, { appId, authorize, end: () => gone.abort() });
    return { status: 200, stream, endsItself: true, headers: EVENT_STREAM_HEADERS };
  },
};

/** Throws `invalid_params` for what was never an id. */
function lastEventIdOf(request: HonoRequest): EventPosition | undefined {
  const fromQuery = valueInQuery(request, "lastEventId");
  const text = request.header("last-event-id") || fromQuery;
  if (text === undefined || text === "") return undefined;
  const position = parsePosition(text);
  if (!position) throw new RoomError("invalid_params", "Last-Event-ID: expected the id of an event");
  return position;
}
