import type { MessageReader } from "../protocol/message-input.ts";
import type { ClientConnection } from "./client-connection.ts";
import { deferred, type Deferred } from "./deferred.ts";

export interface PendingCall {
  /** The number under which it is sent. */
  readonly id: number;
  readonly method: string;
  /** The method as the server is told it. */
  readonly name: string;
  readonly isOneway: boolean;
  /** It is over for a oneway call. */
  readonly sent: () => void;
  /** Takes the answer. Throws what the call is to be rejected with. */
  readonly settle: (reader: MessageReader, type: number) => void;
  readonly reject: (error: unknown) => void;
  /** Undefined until the call is sent. */
  connection?: ClientConnection;
  /** By `performance.now()`. */
  sentAt: number;
}

const LARGEST_I32 = 0x7fff_ffff;

/** The calls that are not settled, by the numbers under which they are sent. */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>();
  #last = 0;
  #highest = 0;
  #empty: Deferred<void> | undefined;

  get size(): number {
    return this.#calls.size;
  }

  /** A number that no pending call has. */
  nextId(): number {
    do this.#last = this.#last >= LARGEST_I32 ? 1 : this.#last + 1;
    while (this.#calls.has(this.#last));
    this.#highest = Math.max(this.#highest, this.#last);
    return this.#last;
  }

  /** Whether a call may have had this number. */
  wasGiven(id: number): boolean {
    return id > 0 && id <= this.#highest;
  }

  get(id: number): PendingCall | undefined {
    return this.#calls.get(id);
  }

  has(call: PendingCall): boolean {
    return this.#calls.get(call.id) === call;
  }

  add(call: PendingCall): void {
    this.#calls.set(call.id, call);
  }

  delete(call: PendingCall): void {
    this.#calls.delete(call.id);
    if (this.#calls.size === 0) this.#empty?.resolve();
  }

  /** Rejects all, or those that were sent on one connection. */
  reject(error: unknown, connection?: ClientConnection): void {
    for (const call of this.#calls.values())
      if (connection === undefined || call.connection === connection) call.reject(error);
  }

  /** Resolves when there are none. */
  settled(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    this.#empty ??= deferred();
    return this.#empty.promise;
  }
}
