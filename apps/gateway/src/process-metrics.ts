import { json } from "node:stream/consumers";
import { ProcessMetricsData } from "@roombridge/models/api";
import { getProcessHost, RoomError, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { applicationOf, principalOf } from "./auth.ts";
import { askHost } from "./host-control.ts";
import { processIdOf } from "./path-values.ts";
import { integerInQuery, listInQuery, numberInQuery } from "./query-values.ts";

const HOUR_S = 3_600;
const STEP = { min: 1, max: 86_400, fallback: 60 };

/** The query of either version, for the document only. */
export function metricsQuery<Name extends z.ZodType>(name: Name) {
  return z.object({
    metrics: z.array(name).optional().meta({ description: "All when absent; repeated or separated by commas." }),
    end: z.number().optional().meta({ description: "Seconds since 1970; now when absent." }),
    start: z.number().optional().meta({ description: "Seconds since 1970; an hour before `end` when absent." }),
    step: z.int().min(STEP.min).max(STEP.max).optional().meta({ description: "Seconds between two points; 60." }),
  });
}

export interface RequestedMetrics<Name> {
  readonly names: readonly Name[];
  /** Undefined where nobody measures the process. */
  readonly data: ProcessMetricsData | undefined;
}

/** What is asked for of the process in the path. Throws RoomError. */
export async function requestedMetrics<Name extends string>(
  rooms: RoomsContext,
  request: HonoRequest,
  Names: z.ZodEnum<Record<Name, Name>>,
): Promise<RequestedMetrics<Name>> {
  const principal = await principalOf(rooms, request);
  const names = listInQuery(request, "metrics", Names) ?? Names.options;
  const range = rangeOf(request);
  const { appId } = await applicationOf(rooms, principal, request);
  const host = await getProcessHost(rooms, appId, processIdOf(request));
  if (host.kind !== "host") return { names, data: undefined };
  const answer = await askHost(host, `metrics?${new URLSearchParams(range).toString()}`);
  return { names, data: answer && ProcessMetricsData.parse(await json(answer)) };
}

function rangeOf(request: HonoRequest): Record<"start" | "end" | "step", string> {
  const end = numberInQuery(request, "end") ?? Date.now() / 1_000;
  const start = numberInQuery(request, "start") ?? end - HOUR_S;
  if (start > end) throw new RoomError("invalid_params", "start: later than end");
  return { start: String(start), end: String(end), step: String(integerInQuery(request, "step", STEP)) };
}
