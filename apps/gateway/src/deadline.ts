/** What an answer that came too late would have been. */
export type Late<Result> = { readonly result: Result } | { readonly error: unknown };

interface Waiting {
  readonly endsAt: number;
  /** Where it stands in the clock's list. */
  place: number;
  isLate: boolean;
  readonly giveUp: () => void;
}

const TICK_MS = 250;

/**
 * One timer for all that is waited for: one of its own for each request would be the dearest part of it. A list without order, and
 * no Set: the tables that a Set outgrows refer to the next one each, so that requests that are long answered outlive the
 * collection of young garbage (a fifth of the processor time of reads).
 */
class Clock {
  readonly #waiting: Waiting[] = [];
  #isTicking = false;

  add(waiting: Waiting): void {
    waiting.place = this.#waiting.push(waiting) - 1;
    if (this.#isTicking) return;
    this.#isTicking = true;
    setInterval(() => this.#tick(performance.now()), TICK_MS).unref();
  }

  /** The last one takes its place. */
  delete(waiting: Waiting): void {
    const { place } = waiting;
    const last = this.#waiting.pop();
    if (last === undefined || last === waiting) return;
    last.place = place;
    this.#waiting[place] = last;
  }

  #tick(now: number): void {
    for (const waiting of this.#waiting.filter(({ endsAt }) => endsAt <= now)) {
      this.delete(waiting);
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
    const endsAt = performance.now() + deadlineMs;
    const waiting = { endsAt, place: 0, isLate: false, giveUp: () => resolve(late()) };
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
