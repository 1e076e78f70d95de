import type { Logger } from "@roombridge/service";
import { type CanaryAnswer, type CanaryOptions, tryRelay } from "./try-relay.ts";

export interface HealthOptions extends CanaryOptions {
  /** Whether what is revoked would be cut. */
  readonly canCut: () => boolean;
  readonly log: Logger;
}

/** Whether clients may be sent to this relay. */
export class Health {
  readonly #options: HealthOptions;
  #answer: CanaryAnswer | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** It relays, and what is revoked can be cut. */
  get isHealthy(): boolean {
    return this.#options.canCut() && this.#answer?.isHealthy === true;
  }

  /** How long the last test allocation took; null when it went wrong. */
  get canaryMs(): number | null {
    return this.#answer?.isHealthy ? this.#answer.ms : null;
  }

  /** Tries the relay. True when that has changed the verdict. Rejects when the database does not answer. */
  async check(): Promise<boolean> {
    const answer = await tryRelay(this.#options);
    const before = this.isHealthy;
    this.#tell(answer);
    this.#answer = answer;
    return this.isHealthy !== before;
  }

  #tell(answer: CanaryAnswer): void {
    const { log } = this.#options;
    const last = this.#answer;
    if (answer.isHealthy) {
      if (last?.isHealthy !== true) log.info({ canaryMs: Math.round(answer.ms * 10) / 10 }, "the relay works");
    } else if (last === undefined || last.isHealthy || last.reason !== answer.reason) {
      log.error({ reason: answer.reason }, "the relay does not work: no client is sent there");
    }
  }
}
