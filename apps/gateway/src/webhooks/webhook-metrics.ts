import type { Telemetry } from "@roombridge/service";
import type { WebhookAnswer } from "./send-webhook.ts";

export type WebhookOutcome = "accepted" | "refused" | "unreachable";

/** What this gateway sends to webhooks; what waits is told by the housekeeping host, for all gateways. */
export class WebhookMetrics {
  readonly #attempts;

  constructor({ meter }: Telemetry) {
    this.#attempts = meter.createCounter("roombridge.webhook.attempts", {
      description: "Events sent to webhooks, by what the receiver made of them",
    });
  }

  ended(answer: WebhookAnswer): void {
    this.#attempts.add(1, { outcome: outcomeOf(answer) });
  }
}

function outcomeOf({ status, error }: WebhookAnswer): WebhookOutcome {
  if (error === null) return "accepted";
  return status === null ? "unreachable" : "refused";
}
