/** A gap between two beats that is longer may have ended leases: a lease lasts six seconds. */
const MAX_GAP_MS = 5_000;
/** What every other host gets to renew its lease after whatever kept it from doing so. */
const SETTLE_MS = 8_000;

/**
 * Tells whether leases can be believed. After an outage, which this host may have seen as errors, as silence or, if it has
 * just started, not at all, every lease is over although every host lives.
 */
export class LeaseWatch {
  #lastMs: number | undefined;
  #steadySinceMs = 0;

  /** This host has just renewed its own lease; times on the monotonic clock. */
  beaten(nowMs: number): void {
    if (this.#lastMs === undefined || nowMs - this.#lastMs > MAX_GAP_MS) this.#steadySinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** True when this host has renewed its lease without a gap for eight seconds. */
  isSteady(nowMs: number): boolean {
    return this.#lastMs !== undefined && nowMs - this.#lastMs <= MAX_GAP_MS && nowMs - this.#steadySinceMs >= SETTLE_MS;
  }
}
