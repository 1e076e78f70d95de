/** A gap between two beats that is longer may have ended leases: a lease lasts six seconds. */
const MAX_GAP_MS = 5_000;
/** A clock that has moved by more against ours was set: that may have ended leases, too. */
const MAX_DRIFT_MS = 2_000;
/** What every other holder of a lease gets to renew it after whatever kept it from doing so. */
const SETTLE_MS = 8_000;

/**
 * Tells whether leases can be believed. After an outage, which an app may have seen as errors, as silence or, if it has just
 * started, not at all, every lease is over although every holder lives; so they are when somebody sets the database's clock.
 */
export class LeaseWatch {
  #lastMs: number | undefined;
  #steadySinceMs = 0;
  #aheadMs: number | undefined;

  /** The app has just been in touch with the database; times on the monotonic clock. */
  beaten(nowMs: number): void {
    if (this.#lastMs === undefined || nowMs - this.#lastMs > MAX_GAP_MS) this.#steadySinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** What the clock of the database, by which leases end, says at this time of the monotonic clock. */
  clockRead(nowMs: number, databaseMs: number): void {
    const aheadMs = databaseMs - nowMs;
    if (this.#aheadMs !== undefined && Math.abs(aheadMs - this.#aheadMs) > MAX_DRIFT_MS) this.#steadySinceMs = nowMs;
    this.#aheadMs = aheadMs;
  }

  /** True when it has been in touch without a gap, and the clock was not set, for eight seconds. */
  isSteady(nowMs: number): boolean {
    return this.#lastMs !== undefined && nowMs - this.#lastMs <= MAX_GAP_MS && nowMs - this.#steadySinceMs >= SETTLE_MS;
  }
}
