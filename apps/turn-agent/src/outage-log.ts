import { isConnectionError } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import { CliUnavailableError } from "./cli/cli-connection.ts";

/** Tells of a database that is away once, and once more when it is back, however many loops notice. */
export class OutageLog {
  readonly #log: Logger;
  #isAway = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Says nothing of a command line that is away: who keeps that connection says it. */
  failed(error: unknown, what: string): void {
    if (error instanceof CliUnavailableError) return;
    if (!isConnectionError(error)) {
      this.#log.error({ err: error }, `${what} failed; it will be tried again`);
      return;
    }
    if (!this.#isAway)
      this.#log.warn({ err: error }, "the database does not answer; no relay session is cut meanwhile");
    this.#isAway = true;
  }

  succeeded(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info("the database answers again");
  }
}
