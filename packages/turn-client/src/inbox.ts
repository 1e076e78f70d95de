import type { RelayedData } from "./relay-messages.ts";

/** What has arrived and nobody has asked for yet, and who waits for it. */
export class Inbox {
  readonly #arrived: RelayedData[] = [];
  readonly #waiting: ((data: RelayedData) => void)[] = [];

  put(data: RelayedData): void {
    const next = this.#waiting.shift();
    if (next) next(data);
    else this.#arrived.push(data);
  }

  /** The oldest data; undefined when none comes in `timeoutMs`. */
  take(timeoutMs: number): Promise<RelayedData | undefined> {
    const first = this.#arrived.shift();
    if (first) return Promise.resolve(first);
    return new Promise((resolve) => {
      const receive = (data: RelayedData): void => {
        clearTimeout(timer);
        resolve(data);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(receive), 1);
        resolve(undefined);
      }, timeoutMs);
      this.#waiting.push(receive);
    });
  }
}
