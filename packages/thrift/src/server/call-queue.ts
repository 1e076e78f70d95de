import type { Call } from "./call.ts";

/** The calls of one connection in the order of their arrival, which is the order of their replies. */
export class CallQueue {
  readonly #calls: Call[] = [];
  #readyBytes = 0;

  /** Calls whose reply has not been handed to the socket. */
  get length(): number {
    return this.#calls.length;
  }

  /** Bytes of replies that wait for an earlier call. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  add(call: Call): void {
    this.#calls.push(call);
  }

  /** `null`: a oneway call is done. */
  settle(call: Call, reply: Buffer | null): void {
    call.reply = reply;
    this.#readyBytes += reply?.length ?? 0;
  }

  /** Removes the calls at the head that are settled, and answers their replies. */
  takeReady(): Buffer[] {
    const ready: Buffer[] = [];
    while (this.#calls[0]?.reply !== undefined) {
      const reply = this.#calls.shift()?.reply;
      if (reply) ready.push(reply);
    }
    for (const { length } of ready) this.#readyBytes -= length;
    return ready;
  }

  /** Calls whose handlers run longer than allowed. */
  overdue(now: number, timeoutMs: number): Call[] {
    return this.#calls.filter((call) => call.reply === undefined && now - call.startedAt > timeoutMs);
  }

  /** Forgets all calls. Their handlers are told, and their results go nowhere. */
  abandon(reason: string): void {
    for (const call of this.#calls) call.abort(reason);
    this.#calls.length = 0;
    this.#readyBytes = 0;
  }
}
