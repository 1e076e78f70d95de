import { z } from "zod";

export const PROCESS_METRICS = [
  "cpu",
  "memory",
  "rateEgress",
  "totalEgress",
  "activeConnections",
  "gpuMemory",
  "gpuUtilization",
] as const;

/** Hathora `ProcessMetricName`. */
export const ProcessMetricName = z.enum(PROCESS_METRICS).meta({ id: "ProcessMetricName" });
export type ProcessMetricName = z.infer<typeof ProcessMetricName>;

/** Hathora `MetricValue`. */
export const MetricValue = z
  .object({ value: z.number(), timestamp: z.number().meta({ description: "Seconds since 1970." }) })
  .meta({ id: "MetricValue" });
export type MetricValue = z.infer<typeof MetricValue>;

const series = (description: string) => z.array(MetricValue).optional().meta({ description });

const CPU = series("Cores in use, on average since the point before; 1.5 is one and a half.");
const MEMORY = series("Bytes.");
const RATE_EGRESS = series("Bytes per second that it sent, on average since the point before.");
const TOTAL_EGRESS = series("Bytes that it has sent since its start.");
const CONNECTIONS = series("Established connections to its TCP ports.");

/** Hathora `ProcessMetricsData`: each metric that was asked for, oldest point first. What is not measured is empty. */
export const ProcessMetricsData = z
  .object({
    cpu: CPU,
    memory: MEMORY,
    rateEgress: RATE_EGRESS,
    totalEgress: TOTAL_EGRESS,
    activeConnections: CONNECTIONS,
    gpuMemory: series("Not measured."),
    gpuUtilization: series("Not measured."),
  })
  .meta({ id: "ProcessMetricsData" });
export type ProcessMetricsData = z.infer<typeof ProcessMetricsData>;

/** The names of MetricsV1, and those by which they go now. */
export const DEPRECATED_PROCESS_METRICS = {
  cpu: "cpu",
  memory: "memory",
  rate_egress: "rateEgress",
  total_egress: "totalEgress",
  active_connections: "activeConnections",
} as const satisfies Record<string, ProcessMetricName>;

/** Hathora `DeprecatedProcessMetricName`. */
export const DeprecatedProcessMetricName = z
  .enum(["cpu", "memory", "rate_egress", "total_egress", "active_connections"])
  .meta({ id: "DeprecatedProcessMetricName" });
export type DeprecatedProcessMetricName = z.infer<typeof DeprecatedProcessMetricName>;

/** Hathora `DeprecatedProcessMetricsData`. */
export const DeprecatedProcessMetricsData = z
  .object({
    cpu: CPU,
    memory: MEMORY,
    rate_egress: RATE_EGRESS,
    total_egress: TOTAL_EGRESS,
    active_connections: CONNECTIONS,
  })
  .meta({ id: "DeprecatedProcessMetricsData" });
export type DeprecatedProcessMetricsData = z.infer<typeof DeprecatedProcessMetricsData>;
