import {
  beatHost,
  claimProcesses,
  type Database,
  type HostBeat,
  type HostProcessRow,
  listHostProcesses,
} from "@roombridge/rooms";
import type { HostMetrics } from "../metrics/host-metrics.ts";
import type { OutageLog } from "../outage-log.ts";
import { type Observed, type Provider, ProviderAwayError } from "../provider/provider.ts";
import { type Action, decide } from "./decide.ts";
import { type Launch, newLaunch } from "./launch.ts";
import type { Actions } from "./actions.ts";

export interface ReconcilerOptions {
  readonly database: Database;
  readonly provider: Provider;
  readonly beat: HostBeat;
  readonly bindDeadlineMs: number;
  readonly actions: Actions;
  readonly outages: OutageLog;
  /** An action has ended: another round may find more to do. */
  readonly onChange: () => void;
  readonly metrics?: HostMetrics | undefined;
}

/** An engine that could not do something is asked again after this time, however often it wakes us. */
const AWAY_PAUSE_MS = 1_500;

/**
 * Brings processes to where the database wants them. Level-triggered: every round compares the two anew, so that nothing
 * depends on an event or on an earlier round. At most one action is under way for a process.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #launches = new Map<string, Launch>();
  readonly #underWay = new Map<string, Promise<void>>();
  /** Processes whose action has ended since the round began: what the round read of them is out of date. */
  readonly #outdated = new Set<string>();
  /** Processes whose engine was away, and until when they are left alone; on the monotonic clock. */
  readonly #pausedUntilMs = new Map<string, number>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** One round; never throws. Actions that it begins may go on after it. */
  async round(): Promise<void> {
    const { provider, outages, metrics } = this.#options;
    try {
      this.#outdated.clear();
      const observed = await provider.list();
      outages.providerAnswered();
      metrics?.saw(observed);
      // Only now: while the engine is away other hosts may have what waits.
      await this.#claim(observed);
      const rows = await this.#listRows();
      outages.succeeded();
      if (rows) this.#act(rows, observed);
    } catch (error) {
      outages.failed(error, "a look at the processes");
    }
  }

  /** Waits for the actions under way. Begins no others, provided that rounds have stopped. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #claim(observed: readonly Observed[]): Promise<void> {
    const { database, beat } = this.#options;
    const { hostId, incarnation, regions, maxProcesses } = beat;
    // What an earlier host has left takes its place before it is adopted.
    const living = observed.filter(({ phase }) => phase !== "exited").map(({ processId }) => processId);
    const limit = maxProcesses - new Set([...living, ...this.#launches.keys()]).size;
    if (limit <= 0) return;
    for (const order of await claimProcesses(database, { hostId, incarnation, regions, limit })) {
      this.#launches.set(order.processId, newLaunch(order));
    }
  }

  /**
   * With those of earlier hosts, which this one ends. Undefined when there is a successor: whatever is here now, and be it
   * without a row of ours, is the successor's to judge.
   */
  async #listRows(): Promise<HostProcessRow[] | undefined> {
    const { database, beat } = this.#options;
    const rows = await listHostProcesses(database, beat.hostId);
    const isOwn = (row: HostProcessRow) => row.incarnation === beat.incarnation;
    // Whoever is still in office after the list has no successor whose rows could be in it.
    if (rows.every(isOwn) || (await beatHost(database, beat)) !== "superseded") return rows;
    return undefined;
  }

  #act(rows: readonly HostProcessRow[], observed: readonly Observed[]): void {
    const { beat, bindDeadlineMs } = this.#options;
    const { incarnation } = beat;
    const rowsById = new Map(rows.map((row) => [row.processId, row]));
    const observedById = new Map(observed.map((seen) => [seen.processId, seen]));
    const nowMs = performance.now();
    for (const [processId, untilMs] of this.#pausedUntilMs) if (untilMs <= nowMs) this.#pausedUntilMs.delete(processId);
    for (const processId of new Set([...rowsById.keys(), ...observedById.keys(), ...this.#launches.keys()])) {
      if (this.#underWay.has(processId) || this.#outdated.has(processId) || this.#pausedUntilMs.has(processId))
        continue;
      const launch = this.#launches.get(processId);
      const action = decide({
        row: rowsById.get(processId),
        observed: observedById.get(processId),
        launch,
        incarnation,
        nowMs,
        bindDeadlineMs,
      });
      if (action.do !== "nothing") this.#begin(processId, action, launch);
    }
  }

  #begin(processId: string, action: Action, launch: Launch | undefined): void {
    const { actions, outages, onChange } = this.#options;
    const work = actions
      .run(processId, action, launch)
      .then(
        (next) => {
          if (next) this.#launches.set(processId, next);
          else this.#launches.delete(processId);
          onChange();
        },
        (error: unknown) => {
          if (error instanceof ProviderAwayError) this.#pausedUntilMs.set(processId, performance.now() + AWAY_PAUSE_MS);
          outages.failed(error, `${action.do} of process ${processId}`);
        },
      )
      .finally(() => {
        this.#underWay.delete(processId);
        this.#outdated.add(processId);
      });
    this.#underWay.set(processId, work);
  }
}
