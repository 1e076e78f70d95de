/**
 * What everybody asks for and few change. It is at most `maxAgeMs` old, and in its second half it is read again in the
 * background, so that who asks often never waits. While it cannot be read, the last one serves; without any, `get` rejects.
 */
export class RecentValue<Value> {
  readonly #load: () => Promise<Value>;
  readonly #maxAgeMs: number;
  #known: { readonly value: Value; readonly readAt: number } | undefined;
  #reading: Promise<Value> | undefined;

  constructor(load: () => Promise<Value>, maxAgeMs: number) {
    this.#load = load;
    this.#maxAgeMs = maxAgeMs;
  }

  get(now: number = performance.now()): Promise<Value> {
    const known = this.#known;
    const ageMs = known ? now - known.readAt : Infinity;
    if (known && ageMs < this.#maxAgeMs / 2) return Promise.resolve(known.value);
    this.#reading ??= this.#read(now);
    if (!known) return this.#reading;
    const reading = this.#reading.catch(() => known.value);
    return ageMs < this.#maxAgeMs ? Promise.resolve(known.value) : reading;
  }

  /** It is as old as the question: the answer may be slow. */
  async #read(readAt: number): Promise<Value> {
    try {
      const value = await this.#load();
      this.#known = { value, readAt };
      return value;
    } finally {
      this.#reading = undefined;
    }
  }
}
