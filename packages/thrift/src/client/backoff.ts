const FIRST_MS = 50;
const LONGEST_MS = 5_000;

/** The pause before the next connection: it doubles with each failure and is half random, so that clients do not march in step. */
export class Backoff {
  #failures = 0;
  #failedAt = -Infinity;
  #notBefore = -Infinity;

  /** What is left of the pause. */
  get pauseMs(): number {
    return Math.max(0, this.#notBefore - performance.now());
  }

  failed(): void {
    this.#failures += 1;
    this.#failedAt = performance.now();
    const longest = Math.min(FIRST_MS * 2 ** (this.#failures - 1), LONGEST_MS);
    this.#notBefore = this.#failedAt + longest * (0.5 + Math.random() / 2);
  }

  /** Only a connection that was made after the last failure proves that connections can be made again. */
  answered(openedAt: number): void {
    if (openedAt > this.#failedAt) this.#failures = 0;
  }
}
