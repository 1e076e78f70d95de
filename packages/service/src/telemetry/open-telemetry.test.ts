import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { startOtlpReceiver, waitFor } from "@roombridge/testing";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openTelemetry } from "./open-telemetry.ts";

const SAMPLER = { name: "always_on", ratio: 1 } as const;

function settingsFor(url: string) {
  const receiver = { headers: { authorization: "Bearer of the receiver" }, timeoutMs: 500 };
  return {
    resource: { "service.name": "test" },
    listener: undefined,
    metrics: { ...receiver, url: `${url}/v1/metrics`, intervalMs: 100 },
    traces: { ...receiver, url: `${url}/v1/traces`, delayMs: 20, sampler: SAMPLER },
  };
}

test("metrics and spans arrive with what the receiver wants to see, the last ones when it is closed", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const telemetry = await openTelemetry(settingsFor(receiver.url));
  telemetry.meter.createCounter("things").add(1);
  await waitFor(() => receiver.metrics.has("things"), { what: "the counter" });
  await telemetry.tracing?.run("last", {}, async () => {});
  await telemetry.close();
  expect(receiver.spans).toMatchObject([{ service: "test", name: "last", parentSpanId: undefined }]);
  expect(receiver.headers()).toMatchObject({ authorization: "Bearer of the receiver" });
  expect(receiver.metrics).toContain("process.cpu.time");
});

test("a receiver that accepts and says nothing holds up nobody, and the log tells of it once", async () => {
  const silent = createServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const telemetry = await openTelemetry(settingsFor(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`));
  telemetry.toldBy(log);
  for (let count = 0; count < 3; count += 1) await telemetry.tracing?.run("lost", {}, async () => {});
  await waitFor(() => lines.length > 0, { what: "a word about it" });
  await telemetry.tracing?.run("lost", {}, async () => {});
  const startedAt = performance.now();
  await telemetry.close();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("metrics or traces are not handed over");
  expect(lines[0]).not.toContain("Bearer");
});

test("a port that is taken is named by its variable", async () => {
  const taken = createServer();
  taken.listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const listener = { host: "127.0.0.1", port };
  const opening = openTelemetry({ resource: {}, listener, metrics: undefined, traces: undefined });
  await expect(opening).rejects.toThrow("METRICS_PORT");
});
