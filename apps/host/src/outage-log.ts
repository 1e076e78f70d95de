import { isConnectionError } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import { ProviderAwayError } from "./provider/provider.ts";

/** An engine that fails and answers in turn is away. */
const PROVIDER_STEADY_MS = 5_000;

/** Tells of a database or an engine that is away once, and once more when it is back, however many loops notice. */
export class OutageLog {
  readonly #log: Logger;
  #isAway = false;
  /** When it failed last, on the monotonic clock; undefined while it is not away. */
  #providerFailedAtMs: number | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  failed(error: unknown, what: string): void {
    if (error instanceof ProviderAwayError) {
      if (this.#providerFailedAtMs === undefined)
        this.#log.error({ err: error }, "the engine does not answer; nothing is started or ended");
      this.#providerFailedAtMs = performance.now();
      return;
    }
    if (!isConnectionError(error)) {
      this.#log.error({ err: error }, `${what} failed; it will be tried again`);
      return;
    }
    if (!this.#isAway) this.#log.warn({ err: error }, "the database does not answer; game servers go on meanwhile");
    this.#isAway = true;
  }

  /** The database has answered. */
  succeeded(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info("the database answers again");
  }

  providerAnswered(): void {
    if (this.#providerFailedAtMs === undefined) return;
    if (performance.now() - this.#providerFailedAtMs < PROVIDER_STEADY_MS) return;
    this.#providerFailedAtMs = undefined;
    this.#log.info("the engine answers again");
  }
}
