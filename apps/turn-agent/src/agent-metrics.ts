import { SECONDS, type Telemetry } from "@roombridge/service";

/** What the agent knows when it is asked. */
export interface RelayState {
  readonly isHealthy: boolean;
  readonly isConnected: boolean;
  readonly sessions: number;
}

/** The relay beside this agent, for whoever wants to know. */
export class AgentMetrics {
  readonly #cuts;
  readonly #canary;

  constructor({ meter }: Telemetry, look: () => RelayState) {
    const gauge = (name: string, description: string, read: (state: RelayState) => number) =>
      meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read(look())));
    gauge("roombridge.relay.healthy", "1: it relays, and what is revoked can be cut", (state) =>
      Number(state.isHealthy),
    );
    gauge("roombridge.relay.connected", "1: coturn's command line answers", (state) => Number(state.isConnected));
    gauge("roombridge.relay.sessions", "Running relay sessions", (state) => state.sessions);
    this.#cuts = meter.createCounter("roombridge.relay.cuts", {
      description: "Relay sessions that were cut, because their credential was revoked or is over",
    });
    this.#canary = meter.createHistogram("roombridge.relay.canary.duration", {
      unit: "s",
      description: "Test allocations that worked",
      advice: { explicitBucketBoundaries: SECONDS },
    });
  }

  haveCut(sessions: number): void {
    this.#cuts.add(sessions);
  }

  triedRelay(ms: number | null): void {
    if (ms !== null) this.#canary.record(ms / 1_000);
  }
}
