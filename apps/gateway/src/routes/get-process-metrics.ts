import { createRoute } from "@hono/zod-openapi";
import {
  DEPRECATED_PROCESS_METRICS,
  DeprecatedProcessMetricName,
  DeprecatedProcessMetricsData,
  ProcessMetricName,
  ProcessMetricsData,
} from "@roombridge/models/api";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { ProcessPath } from "../path-values.ts";
import { metricsQuery, requestedMetrics } from "../process-metrics.ts";

const SUMMARY = "What a game server has used: a list for each metric, empty where nothing is known";
const DESCRIPTION = "What was asked for";

export const getProcessMetricsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/processes/v3/apps/{appId}/processes/process/{processId}/metrics",
    operationId: "GetProcessMetrics",
    tags: ["ProcessesV3"],
    summary: SUMMARY,
    security: SECURITY,
    request: { params: ProcessPath, query: metricsQuery(ProcessMetricName) },
    responses: documentResponses(
      { status: 200, description: DESCRIPTION, schema: ProcessMetricsData },
      [401, 404, 422],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const { names, data } = await requestedMetrics(rooms, request, ProcessMetricName);
    return { status: 200, body: Object.fromEntries(names.map((name) => [name, data?.[name] ?? []])) };
  },
};

export const getMetricsDeprecatedOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/metrics/v1/{appId}/process/{processId}",
    operationId: "GetMetricsDeprecated",
    tags: ["MetricsV1"],
    summary: SUMMARY,
    deprecated: true,
    security: SECURITY,
    request: { params: ProcessPath, query: metricsQuery(DeprecatedProcessMetricName) },
    responses: documentResponses(
      { status: 200, description: DESCRIPTION, schema: DeprecatedProcessMetricsData },
      [401, 404, 422],
    ),
  }),
  access: "processes:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const { names, data } = await requestedMetrics(rooms, request, DeprecatedProcessMetricName);
    const series = names.map((name) => [name, data?.[DEPRECATED_PROCESS_METRICS[name]] ?? []]);
    return { status: 200, body: Object.fromEntries(series) };
  },
};
