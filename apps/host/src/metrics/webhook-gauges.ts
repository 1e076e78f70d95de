import type { WebhookUsage } from "@roombridge/rooms";
import type { Telemetry } from "@roombridge/service";

/** What webhooks there are and what waits for them, as `usage` knows it; undefined: nobody has looked, so nothing is told. */
export function observeWebhooks({ meter }: Pick<Telemetry, "meter">, usage: () => WebhookUsage | undefined): void {
  meter
    .createObservableGauge("roombridge.fleet.webhooks", { description: "Webhooks, by their state" })
    .addCallback((result) => {
      const now = usage();
      if (now) for (const state of ["working", "failing", "disabled"] as const) result.observe(now[state], { state });
    });
  const gauges = [
    ["roombridge.fleet.webhook_events", "pending", "Events that enabled webhooks have not accepted, up to 100,000"],
    ["roombridge.fleet.webhook_events.age", "oldestSeconds", "Since the oldest of these events", "s"],
    ["roombridge.fleet.webhook_events.overdue", "overdueSeconds", "Since an event was due that nobody attempts", "s"],
  ] as const;
  for (const [name, count, description, unit] of gauges) {
    meter.createObservableGauge(name, { description, ...(unit ? { unit } : {}) }).addCallback((result) => {
      const now = usage();
      if (now) result.observe(now[count]);
    });
  }
}
