import { createRoute } from "@hono/zod-openapi";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { ProcessPath } from "../path-values.ts";
import { answerLog } from "../process-log.ts";

export const downloadLogForProcessOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/logs/v1/{appId}/process/{processId}/download",
    operationId: "DownloadLogForProcess",
    tags: ["LogsV1"],
    summary: "All that is kept of what a game server wrote, also while it runs",
    security: SECURITY,
    request: { params: ProcessPath },
    responses: documentResponses(
      { status: 200, description: "Both streams as they were written", isStream: true },
      [401, 404, 410, 429],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  handle: (rooms, request) => answerLog(rooms, request, () => ""),
};
