import { type Database, measureRegions, measureRelays, measureWebhooks, type RegionUsage } from "@roombridge/rooms";
import type { Telemetry } from "@roombridge/service";
import { observeWebhooks } from "./webhook-gauges.ts";

const EVERY_MS = 10_000;

type Count = Exclude<keyof RegionUsage, "region" | "starting" | "running" | "stopping">;

const BY_REGION: readonly (readonly [name: string, count: Count, description: string, unit?: string])[] = [
  ["roombridge.fleet.rooms", "rooms", "Rooms on a process"],
  ["roombridge.fleet.free_slots", "freeSlots", "Rooms that running and starting processes could take"],
  ["roombridge.fleet.unclaimed.age", "unclaimedSeconds", "Wait of the oldest process that no host has taken", "s"],
  ["roombridge.fleet.hosts", "hosts", "Living hosts that start game servers"],
  ["roombridge.fleet.max_processes", "maxProcesses", "Game servers that living hosts may have"],
];

/** What all hosts have together. Only the one that does the housekeeping tells: others would say the same again. */
export class FleetGauges {
  readonly #database: Database;
  #regions: readonly RegionUsage[] = [];
  #relays: Awaited<ReturnType<typeof measureRelays>> | undefined;
  #webhooks: Awaited<ReturnType<typeof measureWebhooks>> | undefined;
  #measuredAtMs = -Infinity;

  constructor({ meter }: Telemetry, database: Database) {
    this.#database = database;
    for (const [name, count, description, unit] of BY_REGION) {
      meter.createObservableGauge(name, { description, ...(unit ? { unit } : {}) }).addCallback((result) => {
        for (const usage of this.#regions) result.observe(usage[count], { region: usage.region });
      });
    }
    meter
      .createObservableGauge("roombridge.fleet.processes", { description: "Processes, by region and status" })
      .addCallback((result) => {
        for (const { region, ...usage } of this.#regions)
          for (const status of ["starting", "running", "stopping"] as const)
            result.observe(usage[status], { region, status });
      });
    meter
      .createObservableGauge("roombridge.fleet.relays", { description: "TURN relays that report, usable or not" })
      .addCallback((result) => {
        if (!this.#relays) return;
        result.observe(this.#relays.usable, { state: "usable" });
        result.observe(this.#relays.unusable, { state: "unusable" });
      });
    meter
      .createObservableGauge("roombridge.fleet.relay_sessions", { description: "Running relay sessions" })
      .addCallback((result) => this.#relays && result.observe(this.#relays.sessions));
    observeWebhooks({ meter }, () => this.#webhooks);
  }

  /** Looks again when it is time. Rejects when the database does not answer. */
  async measure(): Promise<void> {
    if (performance.now() - this.#measuredAtMs < EVERY_MS) return;
    this.#measuredAtMs = performance.now();
    this.#regions = await measureRegions(this.#database);
    this.#relays = await measureRelays(this.#database);
    this.#webhooks = await measureWebhooks(this.#database);
  }

  /** Another host tells from now on. */
  forget(): void {
    this.#regions = [];
    this.#relays = undefined;
    this.#webhooks = undefined;
    this.#measuredAtMs = -Infinity;
  }
}
