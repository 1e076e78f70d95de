/** Lets at most so many works be under way at once. */
export class StreamLimit {
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Waits for the work; false, without beginning it, when there are too many. */
  async hold(work: () => Promise<void>): Promise<boolean> {
    if (this.#count >= this.#max) return false;
    this.#count += 1;
    try {
      await work();
      return true;
    } finally {
      this.#count -= 1;
    }
  }
}
