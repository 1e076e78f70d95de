/** Who asks waits no longer than this. */
const WAIT_MS = 1_000;
/** A read that takes longer is given up: its connection may never answer. */
const READ_MS = 10_000;

interface Reading<Value> {
  readonly since: number;
  readonly value: Promise<Value>;
}

/**
 * What everybody asks for and few change. It is at most `maxAgeMs` old, and in its second half it is read again in the
 * background, so that who asks often never waits. While it cannot be read, or not within a second, the last one serves;
 * without any, `get` rejects.
 */
export class RecentValue<Value> {
  readonly #load: () => Promise<Value>;
  readonly #maxAgeMs: number;
  #known: { readonly value: Value; readonly readAt: number } | undefined;
  #reading: Reading<Value> | undefined;

  constructor(load: () => Promise<Value>, maxAgeMs: number) {
    this.#load = load;
    this.#maxAgeMs = maxAgeMs;
  }

  get(now: number = performance.now()): Promise<Value> {
    const known = this.#known;
    const ageMs = known ? now - known.readAt : Infinity;
    if (known && ageMs < this.#maxAgeMs / 2) return Promise.resolve(known.value);
    const reading = this.#read(now);
    if (known && ageMs < this.#maxAgeMs) return Promise.resolve(known.value);
    const inTime = within(reading, WAIT_MS);
    return known ? inTime.catch(() => known.value) : inTime;
  }

  /** The read under way, or a new one. What it brings is as old as the question: the answer may be slow. */
  #read(now: number): Promise<Value> {
    if (this.#reading && now - this.#reading.since < READ_MS) return this.#reading.value;
    const load = async (): Promise<Value> => {
      try {
        const value = await this.#load();
        if (this.#known === undefined || this.#known.readAt <= now) this.#known = { value, readAt: now };
        return value;
      } finally {
        if (this.#reading?.since === now) this.#reading = undefined;
      }
    };
    const value = load();
    this.#reading = { since: now, value };
    // Perhaps nobody waits for it.
    value.catch(() => {});
    return value;
  }
}

async function within<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
