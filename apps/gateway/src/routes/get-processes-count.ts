import { createRoute } from "@hono/zod-openapi";
import { ProcessCount } from "@roombridge/models/api";
import { countProcesses } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { AppPath } from "../path-values.ts";
import { processFilterOf, ProcessQuery } from "../process-filter.ts";

export const getProcessesCountOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/processes/v3/apps/{appId}/processes/count",
    operationId: "GetProcessesCountExperimental",
    tags: ["ProcessesV3"],
    summary: "How many game servers match; ended ones count for 72 hours",
    security: SECURITY,
    request: { params: AppPath, query: ProcessQuery },
    responses: documentResponses({ status: 200, description: "The count", schema: ProcessCount }, [401, 404, 422]),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const filter = processFilterOf(request);
    const { appId } = await applicationOf(rooms, principal, request);
    const count = await countProcesses(rooms, appId, filter);
    return { status: 200, body: { count } satisfies ProcessCount };
  },
};
