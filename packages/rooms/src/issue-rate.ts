const MAX_ROOMS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** How often credentials of one room may be asked for: so many at once, and so many a minute from then on. 0: no limit. */
export class IssueRate {
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one. Answers after how many seconds to come again when it was one too many. */
  take(room: string, now: number = performance.now()): number | undefined {
    if (this.#perMinute === 0) return undefined;
    const bucket = this.#buckets.get(room) ?? { tokens: this.#perMinute, at: now };
    bucket.tokens = this.#tokens(bucket, now);
    bucket.at = now;
    if (!this.#buckets.has(room)) this.#add(room, bucket, now);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute);
    bucket.tokens -= 1;
    return undefined;
  }

  #tokens({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.#perMinute, tokens + ((now - at) / 60_000) * this.#perMinute);
  }

  /** Full buckets say nothing; when all others are in use, the one that was begun first goes. */
  #add(room: string, bucket: Bucket, now: number): void {
    if (this.#buckets.size >= MAX_ROOMS) {
      for (const [other, known] of this.#buckets) {
        if (this.#tokens(known, now) >= this.#perMinute) this.#buckets.delete(other);
      }
      const [first] = this.#buckets.keys();
      if (this.#buckets.size >= MAX_ROOMS && first !== undefined) this.#buckets.delete(first);
    }
    this.#buckets.set(room, bucket);
  }
}
