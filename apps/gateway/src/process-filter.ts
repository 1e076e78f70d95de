import { ProcessStatus, Region } from "@roombridge/models/api";
import type { ProcessFilter } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { instantInQuery, listInQuery } from "./query-values.ts";

/** Which processes are asked for, for the document only. */
export const ProcessQuery = z.object({
  status: z.array(ProcessStatus).optional().meta({ description: "One of these; repeated or separated by commas." }),
  region: z.array(Region).optional().meta({ description: "One of these; repeated or separated by commas." }),
  before: z.number().optional().meta({ description: "Created earlier; milliseconds since 1970." }),
});

/** Throws `invalid_params`. */
export function processFilterOf(request: HonoRequest): ProcessFilter {
  return {
    statuses: listInQuery(request, "status", ProcessStatus),
    regions: listInQuery(request, "region", Region),
    before: instantInQuery(request, "before"),
  };
}
