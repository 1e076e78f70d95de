/** Longer than an answer of the database may take, which looks like a clock that was set back. */
const SET_BACK_MS = 30_000;

/** Notices when somebody sets the database's clock back. */
export class ClockWatch {
  #aheadMs = -Infinity;

  /** Whether the clock showed more when it was last looked at, beside the time since then. `nowMs` is a monotonic clock's. */
  wasSetBack(databaseMs: number, nowMs = performance.now()): boolean {
    const aheadMs = databaseMs - nowMs;
    const wasSetBack = aheadMs < this.#aheadMs - SET_BACK_MS;
    this.#aheadMs = aheadMs;
    return wasSetBack;
  }
}
