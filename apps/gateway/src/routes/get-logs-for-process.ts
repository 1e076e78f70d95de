import { createRoute } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { ProcessPath } from "../path-values.ts";
import { answerLog } from "../process-log.ts";
import { asMalformed, booleanInQuery, integerInQuery } from "../query-values.ts";

const TAIL_LINES = { min: 1, max: 5_000, fallback: 100 };

/** For the document only. */
const LogsQuery = z.object({
  follow: z.boolean().optional().meta({ description: "Go on until the process ends." }),
  tailLines: z
    .int()
    .min(TAIL_LINES.min)
    .max(TAIL_LINES.max)
    .optional()
    .meta({ description: "Begin with so many of the last lines; 100 when absent." }),
});

export const getLogsForProcessOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/logs/v1/{appId}/process/{processId}",
    operationId: "GetLogsForProcess",
    tags: ["LogsV1"],
    summary: "The last lines that a game server wrote, and what it writes",
    security: SECURITY,
    request: { params: ProcessPath, query: LogsQuery },
    responses: documentResponses(
      { status: 200, description: "Both streams as they were written", isStream: true },
      [400, 401, 404, 410, 429],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  handle: (rooms, request) => answerLog(rooms, request, readQuery),
};

/** Throws `malformed_request`: the SDK knows no 422 here. */
function readQuery(request: HonoRequest): string {
  return asMalformed(() => {
    const tailLines = integerInQuery(request, "tailLines", TAIL_LINES);
    return `?tailLines=${tailLines}&follow=${booleanInQuery(request, "follow") ?? false}`;
  });
}
