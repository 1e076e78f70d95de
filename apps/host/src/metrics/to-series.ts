import type { MetricValue, ProcessMetricName } from "@roombridge/models/api";
import type { Sample } from "./sample.ts";

/** In seconds since 1970, but for `step`: seconds between two points. */
export interface MetricRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/**
 * Samples as Hathora's metrics: at most one point for each step, the last sample in it; rates are averages since the point
 * before. What was not measured has no point. Samples come oldest first.
 */
export function toSeries(samples: readonly Sample[], range: MetricRange): Record<ProcessMetricName, MetricValue[]> {
  const points = pick(samples, range);
  const values = (valueOf: (sample: Sample) => number | undefined) =>
    points.flatMap(({ sample }) => toPoint(sample, valueOf(sample)));
  const rates = (counterOf: (sample: Sample) => number | undefined) =>
    points.flatMap(({ sample, before }) => toPoint(sample, before && rate(before, sample, counterOf)));
  return {
    cpu: rates(({ cpuSeconds }) => cpuSeconds),
    memory: values(({ memoryBytes }) => memoryBytes),
    rateEgress: rates(({ sentBytes }) => sentBytes),
    totalEgress: values(({ sentBytes }) => sentBytes),
    activeConnections: values(({ tcpConnections }) => tcpConnections),
    gpuMemory: [],
    gpuUtilization: [],
  };
}

interface Point {
  readonly sample: Sample;
  /** The sample of the point before, or the last one before the range. */
  readonly before: Sample | undefined;
}

function pick(samples: readonly Sample[], { start, end, step }: MetricRange): Point[] {
  const inRange = samples.filter(({ atMs }) => atMs >= start * 1_000 && atMs <= end * 1_000);
  const stepOf = ({ atMs }: Sample) => Math.floor((atMs / 1_000 - start) / step);
  const last = inRange.filter((sample, n) => {
    const next = inRange[n + 1];
    return !next || stepOf(next) !== stepOf(sample);
  });
  const earlier = samples.findLast(({ atMs }) => atMs < start * 1_000);
  return last.map((sample, n) => ({ sample, before: last[n - 1] ?? earlier }));
}

/** Undefined where a counter was not measured, or has begun anew: a child process that ended takes its time with it. */
function rate(before: Sample, after: Sample, counterOf: (sample: Sample) => number | undefined): number | undefined {
  const [first, second] = [counterOf(before), counterOf(after)];
  const seconds = (after.atMs - before.atMs) / 1_000;
  if (first === undefined || second === undefined || second < first || seconds <= 0) return undefined;
  return (second - first) / seconds;
}

function toPoint({ atMs }: Sample, value: number | undefined): MetricValue[] {
  return value === undefined ? [] : [{ value, timestamp: Math.floor(atMs / 1_000) }];
}
