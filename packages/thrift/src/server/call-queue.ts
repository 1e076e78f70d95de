import type { Call } from "./call.ts";

/** The calls of one connection in the order of their arrival, which is the order of their replies. */
export class CallQueue {
  #calls: Call[] = [];
  #readyBytes = 0;
  #runningBytes = 0;

  /** Calls whose reply has not been handed to the socket. */
  get length(): number {
    return this.#calls.length;
  }

  /** Bytes of replies that wait for an earlier call. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** Bytes in which the calls came whose handlers run: their arguments live as long. */
  get runningBytes(): number {
    return this.#runningBytes;
  }

  add(call: Call): void {
    this.#calls.push(call);
    this.#runningBytes += call.receivedBytes;
  }

  /** Counts the reply of a call that has settled; null: a oneway call is done. */
  settle(call: Call, reply: Buffer | null): void {
    this.#readyBytes += reply?.length ?? 0;
    this.#runningBytes -= call.receivedBytes;
  }

  /** Removes the settled calls up to the first that still owes a reply, and answers their replies. */
  takeReady(): Buffer[] {
    const ready: Buffer[] = [];
    const waiting: Call[] = [];
    let isHeldBack = false;
    for (const call of this.#calls) {
      if (isHeldBack || call.reply === undefined) waiting.push(call);
      else if (call.reply) ready.push(call.reply);
      // A oneway call owes nothing, so nobody waits for its handler.
      isHeldBack ||= call.reply === undefined && call.wantsReply;
    }
    this.#calls = waiting;
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
    this.#calls = [];
    this.#readyBytes = 0;
    this.#runningBytes = 0;
  }
}
