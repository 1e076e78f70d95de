import { z } from "zod";
import { integer } from "../environment.ts";

const endpoint = z
  .url({ protocol: /^https?$/, error: "expected an http(s) URL" })
  .transform((url) => url.replace(/\/+$/, ""))
  .optional();
const exporter = z.enum(["otlp", "none"], { error: "expected otlp or none" }).default("otlp");

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** `key=value` pairs separated by commas, percent-encoded (W3C Baggage, as the OpenTelemetry specification says). */
const pairs = z
  .string()
  .transform((text, context) => {
    try {
      return parsePairs(text);
    } catch {
      context.addIssue({ code: "custom", message: "expected key=value pairs separated by commas" });
      return z.NEVER;
    }
  })
  .default({});

/** Where metrics and traces go; the same for every app. The `OTEL_` names are those of OpenTelemetry. */
export const telemetryVariables = {
  METRICS_HOST: z.string().default("127.0.0.1"),
  METRICS_PORT: integer(0, 65_535).optional(),
  OTEL_SDK_DISABLED: z.enum(["true", "false"], { error: "expected true or false" }).default("false"),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_TRACES_EXPORTER: exporter,
  OTEL_METRICS_EXPORTER: exporter,
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: pairs,
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(["http/json"], { error: "only http/json is spoken, which every OTLP/HTTP receiver understands" })
    .default("http/json"),
  OTEL_EXPORTER_OTLP_TIMEOUT: integer(1, 600_000).default(10_000),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, { error: `expected one of ${SAMPLERS.join(", ")}` })
    .default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, { error: "expected a share from 0 to 1, such as 0.05" })
    .transform(Number)
    .default(1),
  OTEL_BSP_SCHEDULE_DELAY: integer(1, 600_000).default(5_000),
  OTEL_METRIC_EXPORT_INTERVAL: integer(100, 3_600_000).default(60_000),
};

export type TelemetryEnv = z.output<z.ZodObject<typeof telemetryVariables>>;

interface Receiver {
  readonly url: string;
  /** May hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface TelemetrySettings {
  readonly resource: Readonly<Record<string, string>>;
  /** Where Prometheus asks. */
  readonly listener: { readonly host: string; readonly port: number } | undefined;
  readonly metrics: (Receiver & { readonly intervalMs: number }) | undefined;
  readonly traces: (Receiver & { readonly delayMs: number; readonly sampler: SamplerSettings }) | undefined;
}

export interface SamplerSettings {
  readonly name: (typeof SAMPLERS)[number];
  /** From 0 to 1, of the samplers that know one. */
  readonly ratio: number;
}

/** What was switched on for the app of this name; undefined when nothing was. */
export function toTelemetrySettings(name: string, env: TelemetryEnv): TelemetrySettings | undefined {
  const listener = env.METRICS_PORT === undefined ? undefined : { host: env.METRICS_HOST, port: env.METRICS_PORT };
  const isExported = env.OTEL_SDK_DISABLED === "false";
  const receive = (signal: "traces" | "metrics", own: string | undefined): Receiver | undefined => {
    // A URL for one signal is taken as it is; the common one is what the paths of the protocol are appended to.
    const common = env.OTEL_EXPORTER_OTLP_ENDPOINT;
    const url = own ?? (common === undefined ? undefined : `${common}/v1/${signal}`);
    if (!isExported || url === undefined) return undefined;
    return { url, headers: env.OTEL_EXPORTER_OTLP_HEADERS, timeoutMs: env.OTEL_EXPORTER_OTLP_TIMEOUT };
  };
  const metrics =
    env.OTEL_METRICS_EXPORTER === "otlp" ? receive("metrics", env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT) : undefined;
  const traces =
    env.OTEL_TRACES_EXPORTER === "otlp" ? receive("traces", env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) : undefined;
  if (!listener && !metrics && !traces) return undefined;
  return {
    resource: {
      "service.namespace": "roombridge",
      ...env.OTEL_RESOURCE_ATTRIBUTES,
      "service.name": env.OTEL_SERVICE_NAME ?? env.OTEL_RESOURCE_ATTRIBUTES["service.name"] ?? `roombridge-${name}`,
    },
    listener,
    metrics: metrics && { ...metrics, intervalMs: env.OTEL_METRIC_EXPORT_INTERVAL },
    traces: traces && {
      ...traces,
      delayMs: env.OTEL_BSP_SCHEDULE_DELAY,
      sampler: { name: env.OTEL_TRACES_SAMPLER, ratio: env.OTEL_TRACES_SAMPLER_ARG },
    },
  };
}

/** Throws when a pair has no name or a percent sign means nothing. */
function parsePairs(text: string): Record<string, string> {
  const entries = text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const at = pair.indexOf("=");
      if (at < 1) throw new Error("a pair has no name");
      return [decodeURIComponent(pair.slice(0, at).trim()), decodeURIComponent(pair.slice(at + 1).trim())];
    });
  return Object.fromEntries(entries);
}
