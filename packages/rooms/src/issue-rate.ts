const MAX_ROOMS = 10_000;
/** Looking for full buckets takes longer than all the rest. */
const SWEEP_MS = 1_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** How often credentials of one room may be asked for: so many at once, and so many a minute from then on. 0: no limit. */
export class IssueRate {
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();
  #sweptAt = Number.NEGATIVE_INFINITY;

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

  /** Full buckets say nothing; when all are in use, as far as the last look knows, the one that was begun first goes. */
  #add(room: string, bucket: Bucket, now: number): void {
    if (this.#buckets.size >= MAX_ROOMS) {
      if (now - this.#sweptAt >= SWEEP_MS) this.#sweep(now);
      const [first] = this.#buckets.keys();
      if (this.#buckets.size >= MAX_ROOMS && first !== undefined) this.#buckets.delete(first);
    }
    this.#buckets.set(room, bucket);
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [room, bucket] of this.#buckets) {
      if (this.#tokens(bucket, now) >= this.#perMinute) this.#buckets.delete(room);
    }
  }
}
