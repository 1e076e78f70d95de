import { expect, test } from "vitest";
import { z } from "zod";
import { parseEnvironment } from "../environment.ts";
import { telemetryVariables, toTelemetrySettings } from "./environment.ts";

const settingsOf = (variables: Record<string, string>) =>
  toTelemetrySettings("gateway", parseEnvironment(z.object(telemetryVariables), variables));

test.each([
  ["by default", {}],
  ["without an endpoint", { OTEL_TRACES_EXPORTER: "otlp", OTEL_SERVICE_NAME: "x", METRICS_HOST: "0.0.0.0" }],
  ["when disabled", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_SDK_DISABLED: "true" }],
  [
    "when both signals are none",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
  ],
])("%s everything is off", (_when, variables) => {
  expect(settingsOf(variables)).toBeUndefined();
});

test("an endpoint serves both signals, and one of their own is taken as it is", () => {
  const settings = settingsOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/otlp/",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces.example.net/in",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,x-tenant=a=b",
  });
  expect(settings?.metrics?.url).toBe("http://collector:4318/otlp/v1/metrics");
  expect(settings?.traces?.url).toBe("https://traces.example.net/in");
  expect(settings?.traces?.headers).toEqual({ authorization: "Bearer abc", "x-tenant": "a=b" });
  expect(settings?.listener).toBeUndefined();
});

test("a port for Prometheus is all that it needs, also when OpenTelemetry is disabled", () => {
  const settings = settingsOf({ METRICS_PORT: "0", OTEL_SDK_DISABLED: "true" });
  expect(settings).toMatchObject({ listener: { host: "127.0.0.1", port: 0 }, metrics: undefined, traces: undefined });
});

test("an app has a name of its own unless it was given one", () => {
  const name = (variables: Record<string, string>) =>
    settingsOf({ METRICS_PORT: "0", ...variables })?.resource["service.name"];
  expect(name({})).toBe("roombridge-gateway");
  expect(name({ OTEL_RESOURCE_ATTRIBUTES: "service.name=ours,deployment.environment.name=test" })).toBe("ours");
  expect(name({ OTEL_RESOURCE_ATTRIBUTES: "service.name=ours", OTEL_SERVICE_NAME: "front" })).toBe("front");
});

test.each([
  ["METRICS_PORT", "99999"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"],
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "=secret"],
  ["OTEL_RESOURCE_ATTRIBUTES", "a=%ZZ"],
  ["OTEL_TRACES_SAMPLER", "jaeger_remote"],
  ["OTEL_TRACES_SAMPLER_ARG", "2"],
  ["OTEL_METRIC_EXPORT_INTERVAL", "50"],
])("%s may not be %s, and its value is not told", (name, value) => {
  expect(() => settingsOf({ [name]: value })).toThrow(new RegExp(`^${name}: (?!.*${value})`));
});
