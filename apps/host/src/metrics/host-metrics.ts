import type { EndReason, HousekeepingReport, StartOrder } from "@roombridge/rooms";
import { SECONDS, type Telemetry } from "@roombridge/service";
import type { Observed } from "../provider/provider.ts";
import type { Launch } from "../reconciler/launch.ts";

/** Starts of games take longer than answers: up to the deadline of 100 s. */
const START_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 100, 200];

/** What this host does, for whoever wants to know. */
export class HostMetrics {
  readonly #tracing: Telemetry["tracing"];
  readonly #booted;
  readonly #ended;
  readonly #changes;
  readonly #rounds;
  #observed: readonly Observed[] = [];

  constructor({ meter, tracing }: Telemetry, { maxProcesses }: { readonly maxProcesses: number }) {
    this.#tracing = tracing;
    this.#booted = meter.createHistogram("roombridge.process.boot.duration", {
      unit: "s",
      description: "From the start of a game server until its ports are bound",
      advice: { explicitBucketBoundaries: START_SECONDS },
    });
    this.#ended = meter.createCounter("roombridge.process.ends", {
      description: "Game servers that ended, by the reason",
    });
    this.#changes = meter.createCounter("roombridge.housekeeping.changes", {
      description: "Rows that the housekeeping has changed, by the job",
    });
    this.#rounds = meter.createHistogram("roombridge.housekeeping.duration", {
      unit: "s",
      description: "Rounds of the housekeeping; one host of all has them",
      advice: { explicitBucketBoundaries: SECONDS },
    });
    meter
      .createObservableGauge("roombridge.host.processes", { description: "Game servers of this host, by their phase" })
      .addCallback((result) => {
        for (const phase of ["starting", "running", "exited"] as const)
          result.observe(this.#observed.filter((seen) => seen.phase === phase).length, { phase });
      });
    meter
      .createObservableGauge("roombridge.host.max_processes", { description: "How many this host may have" })
      .addCallback((result) => result.observe(maxProcesses));
  }

  /** Runs a start, in the trace of the request that has caused it. */
  async launch<Result>(order: StartOrder, start: () => Promise<Result>): Promise<Result> {
    if (!this.#tracing) return start();
    const { traceparent: parent } = order;
    return this.#tracing.run("start game server", { kind: "consumer", attributes: attributesOf(order), parent }, start);
  }

  /** Its ports are bound. */
  running({ order, startedAtMs }: Launch): void {
    if (startedAtMs === undefined || !order) return;
    const tookMs = performance.now() - startedAtMs;
    this.#booted.record(tookMs / 1_000, { region: order.region });
    const options = { parent: order.traceparent, startedAtMs: Date.now() - tookMs, attributes: attributesOf(order) };
    // Without a request there is nothing to see it in.
    if (order.traceparent !== null) this.#tracing?.start("game server boots", options).end();
  }

  ended(reason: EndReason): void {
    this.#ended.add(1, { reason });
  }

  saw(observed: readonly Observed[]): void {
    this.#observed = observed;
  }

  housekept(seconds: number, report: HousekeepingReport): void {
    this.#rounds.record(seconds);
    for (const [job, rows] of Object.entries(report)) if (rows > 0) this.#changes.add(rows, { job });
  }
}

function attributesOf({ processId, appId, deploymentId, region }: StartOrder) {
  return {
    "roombridge.process.id": processId,
    "roombridge.app.id": appId,
    "roombridge.deployment.id": deploymentId,
    "roombridge.region": region,
  };
}
