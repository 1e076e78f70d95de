import { JsonReader } from "../http/json-reader.ts";
import { RoombridgeError } from "../roombridge-error.ts";

/** What can be asked for (Hathora `ProcessMetricName`). */
export const METRIC_NAMES = [
  "cpu",
  "memory",
  "rateEgress",
  "totalEgress",
  "activeConnections",
  "gpuMemory",
  "gpuUtilization",
] as const;
export type ProcessMetricName = (typeof METRIC_NAMES)[number];

export interface MetricValue {
  /** Cores, bytes, bytes per second, or a count. */
  readonly value: number;
  readonly timestamp: Date;
}

/** Oldest point first; a list is empty where nothing is known, or was not asked for. */
export type ProcessMetrics = Readonly<Record<ProcessMetricName, readonly MetricValue[]>>;

export interface ProcessMetricsParams {
  /** All when left out. */
  readonly metrics?: readonly ProcessMetricName[] | undefined;
  /** An hour before `end` when left out. */
  readonly start?: Date | undefined;
  /** Now when left out. */
  readonly end?: Date | undefined;
  /** Between two points; 60 when left out. */
  readonly stepSeconds?: number | undefined;
}

export function readProcessMetrics(answer: unknown, asked: readonly ProcessMetricName[]): ProcessMetrics {
  const reader = new JsonReader(answer);
  const read = (name: ProcessMetricName) => (asked.includes(name) ? reader.objects(name).map(readValue) : []);
  return {
    cpu: read("cpu"),
    memory: read("memory"),
    rateEgress: read("rateEgress"),
    totalEgress: read("totalEgress"),
    activeConnections: read("activeConnections"),
    gpuMemory: read("gpuMemory"),
    gpuUtilization: read("gpuUtilization"),
  };
}

/** Seconds since 1970. Throws `invalid_argument`. */
export function toEpochSeconds(name: string, date: Date | undefined): number | undefined {
  if (date === undefined) return undefined;
  if (!Number.isNaN(date.getTime())) return date.getTime() / 1_000;
  throw new RoombridgeError("invalid_argument", `${name}: not a valid date`);
}

function readValue(point: JsonReader): MetricValue {
  return { value: point.number("value"), timestamp: new Date(point.number("timestamp") * 1_000) };
}
