interface Bucket {
  tokens: number;
  at: number;
}

const MAX_KEYS = 100_000;

/**
 * Token buckets by key: `burst` at once, and `perSecond` from then on. It keeps at most 100,000 keys in two generations, so that
 * forgetting costs nothing per call: whoever has not come for a generation has a full bucket again, unless there are so many
 * others that its turn comes earlier.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #generationMs: number;
  #young = new Map<string, Bucket>();
  #old = new Map<string, Bucket>();
  #turnedAt = 0;

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#generationMs = (burst / perSecond) * 1_000;
  }

  /** Counts one. Answers after how many seconds to come again when it was one too many. */
  take(key: string, now: number = performance.now()): number | undefined {
    const bucket = this.#fill(key, now);
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.#perSecond;
    bucket.tokens -= 1;
    return undefined;
  }

  /** As `take`, but nothing is counted; nor is a key that is unknown remembered. */
  look(key: string, now: number = performance.now()): number | undefined {
    if (!this.has(key)) return undefined;
    const { tokens } = this.#fill(key, now);
    return tokens < 1 ? (1 - tokens) / this.#perSecond : undefined;
  }

  /** Whether something was counted lately. */
  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #fill(key: string, now: number): Bucket {
    const known = this.#young.get(key);
    const bucket = known ?? this.#old.get(key) ?? { tokens: this.#burst, at: now };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
    bucket.at = now;
    if (known) return bucket;
    if (this.#young.size >= MAX_KEYS / 2 || now - this.#turnedAt >= this.#generationMs) this.#turn(now);
    this.#young.set(key, bucket);
    return bucket;
  }

  #turn(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#turnedAt = now;
  }
}
