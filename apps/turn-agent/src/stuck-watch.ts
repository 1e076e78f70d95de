/** Notices work that neither succeeds nor fails, such as a question on a connection whose other end has vanished. */
export class StuckWatch {
  /** Settles, with the reason, when something has taken too long. */
  readonly failed: Promise<string>;
  readonly #limitMs: number;
  readonly #fail: (reason: string) => void;

  constructor(limitMs: number) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.failed = promise;
    this.#fail = resolve;
    this.#limitMs = limitMs;
  }

  /** Does it, whatever it takes; `what` is the reason when that is too long. */
  async run<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const timer = setTimeout(() => this.#fail(`${what} for ${this.#limitMs / 1_000} s`), this.#limitMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }
}
