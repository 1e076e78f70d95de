import { randomUUID } from "node:crypto";
import { diag, DiagLogLevel } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Logger } from "../log.ts";
import { observeDatabase } from "./database-observer.ts";
import { exportLog } from "./export-log.ts";
import type { SamplerSettings, TelemetrySettings } from "./environment.ts";
import { listenForPrometheus, ScrapedReader } from "./metrics-listener.ts";
import { observeRuntime } from "./runtime-metrics.ts";
import type { Telemetry } from "./telemetry.ts";
import { Tracing } from "./tracing.ts";

const SCOPE = "roombridge";
/** A receiver that is away must not use up the time in which an app has to stop. */
const CLOSE_MS = 2_000;

/** Switches on what was asked for. Rejects when the address for Prometheus is taken. */
export async function openTelemetry(settings: TelemetrySettings): Promise<Telemetry & { toldBy(log: Logger): void }> {
  const resource = resourceFromAttributes({ "service.instance.id": randomUUID(), ...settings.resource });
  const prometheus = settings.listener && new ScrapedReader();
  const readers: IMetricReader[] = prometheus ? [prometheus] : [];
  if (settings.metrics) readers.push(periodicReader(settings.metrics));
  const metrics = new MeterProvider({ resource, readers });
  const meter = metrics.getMeter(SCOPE);
  const traces = settings.traces && tracerProvider(settings.traces, resource);
  const listener = prometheus && settings.listener && (await listenForPrometheus(prometheus, settings.listener));
  const tracing = traces && new Tracing(traces.getTracer(SCOPE));
  const stopRuntime = observeRuntime(meter);
  return {
    meter,
    tracing,
    database: observeDatabase(meter, tracing),
    port: listener?.port,
    toldBy: (log) =>
      void diag.setLogger(exportLog(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true }),
    async close() {
      stopRuntime();
      const closing = Promise.allSettled([metrics.shutdown(), traces?.shutdown(), listener?.close()]);
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_MS);
      await Promise.race([closing, late]);
      clearTimeout(timer);
    },
  };
}

function periodicReader({ url, headers, timeoutMs, intervalMs }: NonNullable<TelemetrySettings["metrics"]>) {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs }),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(timeoutMs, intervalMs),
  });
}

function tracerProvider(
  { url, headers, timeoutMs, delayMs, sampler }: NonNullable<TelemetrySettings["traces"]>,
  resource: ReturnType<typeof resourceFromAttributes>,
): TracerProvider {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs });
  const processor = new BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: timeoutMs,
    maxQueueSize: 8_192,
  });
  return new TracerProvider({ resource, sampler: samplerOf(sampler), spanProcessors: [processor] });
}

function samplerOf({ name, ratio }: SamplerSettings): Sampler {
  switch (name) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    case "parentbased_always_on":
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case "parentbased_always_off":
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case "parentbased_traceidratio":
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
