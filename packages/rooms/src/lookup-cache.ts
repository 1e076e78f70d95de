const LIFETIME_MS = 5_000;
const MAX_ENTRIES = 10_000;

/** Answers of rare look-ups, kept for five seconds at most; concurrent misses share one query. Failures are not kept. */
export class LookupCache<Value> {
  readonly #lifetimeMs: number;
  readonly #entries = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();

  constructor(lifetimeMs = LIFETIME_MS) {
    this.#lifetimeMs = lifetimeMs;
  }

  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const now = performance.now();
    const known = this.#entries.get(key);
    if (known && known.until > now) return known.value;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const entry = { value: load(), until: now + this.#lifetimeMs };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** The next look-up asks anew. */
  forget(key: string): void {
    this.#entries.delete(key);
  }
}
