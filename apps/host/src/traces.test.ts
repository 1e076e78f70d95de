import { closeRooms } from "@roombridge/rooms";
import { openTelemetry } from "@roombridge/service/telemetry";
import { openTestRooms, startOtlpReceiver, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { newGame, newMachine, script, useRooms } from "../test/setup.ts";

const suite = useRooms();

test("the start of a game server is in the trace of the request that has caused it, and is measured", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const exported = { headers: {}, timeoutMs: 5_000, delayMs: 20 };
  const telemetry = await openTelemetry({
    resource: { "service.name": "face" },
    listener: undefined,
    metrics: undefined,
    traces: { ...exported, url: `${receiver.url}/v1/traces`, sampler: { name: "always_on", ratio: 1 } },
  });
  onTestFinished(() => telemetry.close());
  const rooms = openTestRooms(suite().databaseUrl, {}, { observer: telemetry.database });
  onTestFinished(() => closeRooms(rooms));

  const machine = await newMachine(suite(), { game: script("listen()") });
  const host = await machine.startHost({
    METRICS_PORT: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRICS_EXPORTER: "none",
    OTEL_BSP_SCHEDULE_DELAY: "50",
  });
  const game = await newGame({ ...suite(), rooms }, { command: "game" });
  const { roomId, processId } = (await telemetry.tracing?.run("request", {}, () => game.create())) ?? {};
  await game.active(roomId ?? "");

  const named = (name: string) => waitFor(() => receiver.spans.find((span) => span.name === name), { what: name });
  const [request, batch, start, boot] = await Promise.all(
    ["request", "place rooms", "start game server", "game server boots"].map(named),
  );
  expect(start).toMatchObject({
    service: "roombridge-host",
    traceId: request?.traceId,
    parentSpanId: batch?.spanId,
    attributes: { "roombridge.process.id": processId },
  });
  expect(boot).toMatchObject({ traceId: request?.traceId, parentSpanId: batch?.spanId });
  // What the host asks of the database on the way; and not what it asks all the time.
  const below = receiver.spans.filter(({ service }) => service === "roombridge-host");
  expect(below.map(({ name }) => name)).toContain("UPDATE processes");
  expect(below.every(({ traceId }) => traceId === request?.traceId)).toBe(true);
  await host.line(new RegExp(`"trace_id":"${start?.traceId}".*"game server started"`));

  const [, port] = await host.line(/"metricsPort":(\d+)/);
  const text = await waitFor(
    async () => {
      const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return scraped.includes("roombridge_fleet_webhooks") ? scraped : undefined;
    },
    // The housekeeping begins when leases can be believed, eight seconds after the start.
    { what: "the fleet to be measured", timeoutMs: 30_000 },
  );
  expect(text).toMatch(/^roombridge_process_boot_duration_seconds_count\{region="\w+"\} 1$/m);
  expect(text).toMatch(/^roombridge_fleet_hosts\{region="Washington_DC"\} 1$/m);
  expect(text).toMatch(/^roombridge_fleet_webhooks\{state="disabled"\} 0$/m);
  expect(text).toMatch(/^roombridge_fleet_webhook_events_age_seconds 0$/m);
  expect(text).toMatch(/^roombridge_housekeeping_duration_seconds_count \d+$/m);
  expect(text).toMatch(/^roombridge_host_max_processes 16$/m);
  expect(text).not.toContain(roomId);
}, 60_000);
