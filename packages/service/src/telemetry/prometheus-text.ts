import type { Attributes, AttributeValue } from "@opentelemetry/api";
import {
  DataPointType,
  type HistogramMetricData,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

/** Units as Prometheus spells them at the end of a name (OpenTelemetry's compatibility specification). */
const UNITS: Readonly<Record<string, string>> = { s: "seconds", By: "bytes" };

/**
 * Metrics in the text format of Prometheus 0.0.4, under the names that an OpenTelemetry collector would give them: so a
 * dashboard does not depend on the way that they came.
 */
export function toPrometheusText({ resource, scopeMetrics }: ResourceMetrics): string {
  const families = scopeMetrics.flatMap(({ metrics }) => metrics.map(toFamily));
  const target = ["# TYPE target_info gauge", line("target_info", resource.attributes, 1)];
  return `${[...target, ...families.flat()].join("\n")}\n`;
}

function toFamily(metric: MetricData): string[] {
  const { description } = metric.descriptor;
  const name = nameOf(metric);
  return [`# HELP ${name} ${escape(description)}`, `# TYPE ${name} ${typeOf(metric)}`, ...linesOf(metric, name)];
}

function linesOf(metric: MetricData, name: string): string[] {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return metric.dataPoints.flatMap((point) => toHistogram(name, point));
    // None of ours is one.
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return [];
    case DataPointType.GAUGE:
    case DataPointType.SUM:
      return metric.dataPoints.map(({ attributes, value }) => line(name, attributes, value));
  }
}

function toHistogram(name: string, { attributes, value }: HistogramMetricData["dataPoints"][number]): string[] {
  const { boundaries, counts } = value.buckets;
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return line(`${name}_bucket`, { ...attributes, le: String(boundaries[index] ?? "+Inf") }, below);
  });
  return [...buckets, line(`${name}_sum`, attributes, value.sum ?? 0), line(`${name}_count`, attributes, value.count)];
}

function typeOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? "counter" : "gauge";
  return metric.dataPointType === DataPointType.GAUGE ? "gauge" : "histogram";
}

/** `http.server.request.duration` in `s` is `http_server_request_duration_seconds`; counters end in `_total`. */
function nameOf(metric: MetricData): string {
  const { name, unit } = metric.descriptor;
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const isRatio = unit === "1" && metric.dataPointType === DataPointType.GAUGE;
  const suffix = isRatio ? "ratio" : UNITS[unit];
  return [toName(name), ...(suffix === undefined ? [] : [suffix]), ...(isCounter ? ["total"] : [])].join("_");
}

function line(name: string, attributes: Attributes, value: number): string {
  const labels = Object.entries(attributes).flatMap(([key, of]) =>
    of === undefined ? [] : [`${toName(key)}="${escape(asText(of)).replaceAll('"', '\\"')}"`],
  );
  return `${name}${labels.length === 0 ? "" : `{${labels.join(",")}}`} ${toNumber(value)}`;
}

function toName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

function asText(value: AttributeValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function toNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
