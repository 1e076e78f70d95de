import { isConnectionError } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import { CliUnavailableError } from "./cli/cli-connection.ts";

/** Tells of a database that is away once, and once more when it is back, however many loops notice. */
export class OutageLog {
  readonly #log: Logger;
  readonly #onBack: () => void;
  #isAway = false;
  #lastFailureMs = 0;

  /** `onBack` is called when the database answers again. */
  constructor(log: Logger, onBack: () => void = () => {}) {
    this.#log = log;
    this.#onBack = onBack;
  }

  /** Does something that asks the database; a failure is logged and not thrown. */
  async run(what: string, work: () => Promise<void>): Promise<void> {
    const beganMs = performance.now();
    try {
      await work();
      // What began before the last failure may have had its answer before the outage.
      if (beganMs > this.#lastFailureMs) this.#isBack();
    } catch (error) {
      this.#hasFailed(error, what);
    }
  }

  #hasFailed(error: unknown, what: string): void {
    // Who keeps that connection says so.
    if (error instanceof CliUnavailableError) return;
    if (!isConnectionError(error)) {
      this.#log.error({ err: error }, `${what} failed; it will be tried again`);
      return;
    }
    this.#lastFailureMs = performance.now();
    if (!this.#isAway)
      this.#log.warn({ err: error }, "the database does not answer; no relay session is cut meanwhile");
    this.#isAway = true;
  }

  #isBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info("the database answers again");
    this.#onBack();
  }
}
