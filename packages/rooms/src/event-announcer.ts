/** A NOTIFY costs every commit beside it a little: no oftener than this. */
const INTERVAL_MS = 20;

/**
 * Sends the wake-up for events whose transaction has sent none (a NOTIFY inside it would make all commits wait for each
 * other). The first one goes at once, the next ones together. Nobody needs to wait for it, and it may be lost: readers poll
 * as well.
 */
export class EventAnnouncer {
  readonly #notify: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;
  #isClosed = false;

  constructor(notify: () => Promise<void>) {
    this.#notify = notify;
  }

  announce(): void {
    if (this.#isClosed) return;
    if (this.#timer) {
      this.#isWanted = true;
      return;
    }
    this.#isWanted = false;
    this.#notify().catch(() => {});
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isWanted) this.announce();
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }
}
