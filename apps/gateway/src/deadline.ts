/** What an answer that came too late would have been. */
export type Late<Result> = { readonly result: Result } | { readonly error: unknown };

interface Waiting {
  readonly endsAt: number;
  isLate: boolean;
  readonly giveUp: () => void;
}

const TICK_MS = 250;

/** One timer for all that is waited for: one of its own for each request would be the dearest part of it. */
class Clock {
  readonly #waiting = new Set<Waiting>();
  #isTicking = false;

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (this.#isTicking) return;
    this.#isTicking = true;
    setInterval(() => this.#tick(performance.now()), TICK_MS).unref();
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  #tick(now: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.endsAt > now) continue;
      this.#waiting.delete(waiting);
      waiting.isLate = true;
      waiting.giveUp();
    }
  }
}

const clock = new Clock();

/**
 * The result of `work`, or `late()` when it takes longer than so many milliseconds, give or take a quarter of a second. The
 * work goes on then, because nothing can call back what was asked of the database; `onLate` hears how it ended.
 */
export function withDeadline<Result>(
  work: Promise<Result>,
  deadlineMs: number,
  { late, onLate }: { readonly late: () => Result; readonly onLate: (outcome: Late<Result>) => void },
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const waiting = { endsAt: performance.now() + deadlineMs, isLate: false, giveUp: () => resolve(late()) };
    clock.add(waiting);
    work.then(
      (result) => {
        if (waiting.isLate) return onLate({ result });
        clock.delete(waiting);
        resolve(result);
      },
      (error: unknown) => {
        if (waiting.isLate) return onLate({ error });
        clock.delete(waiting);
        reject(error);
      },
    );
  });
}
