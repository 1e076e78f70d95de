import { openTelemetry } from "@roombridge/service/telemetry";
import { expect, onTestFinished, test } from "vitest";
import { AgentMetrics } from "./agent-metrics.ts";

test("a relay is looked at when somebody asks, and cuts and test allocations are counted", async () => {
  const listener = { host: "127.0.0.1", port: 0 };
  const telemetry = await openTelemetry({ resource: {}, listener, metrics: undefined, traces: undefined });
  onTestFinished(() => telemetry.close());
  let sessions = 0;
  const metrics = new AgentMetrics(telemetry, () => ({ isHealthy: sessions > 0, isConnected: true, sessions }));
  const scrape = async () => (await fetch(`http://127.0.0.1:${telemetry.port}/metrics`)).text();
  expect(await scrape()).toMatch(/^roombridge_relay_healthy 0$/m);
  sessions = 3;
  metrics.haveCut(2);
  metrics.triedRelay(null);
  metrics.triedRelay(40);
  const text = await scrape();
  expect(text).toMatch(/^roombridge_relay_healthy 1$/m);
  expect(text).toMatch(/^roombridge_relay_sessions 3$/m);
  expect(text).toMatch(/^roombridge_relay_cuts_total 2$/m);
  expect(text).toMatch(/^roombridge_relay_canary_duration_seconds_sum 0\.04$/m);
});
