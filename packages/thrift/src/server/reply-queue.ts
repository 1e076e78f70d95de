import type { MessageWriter } from "../protocol/message-output.ts";
import type { Protocol } from "../protocol/protocols.ts";
import type { Replies } from "./call-runner.ts";
import type { Call } from "./call.ts";

/** The calls of one connection in the order of their arrival, and their replies, which leave in that order. */
export class ReplyQueue implements Replies {
  /** Calls that owe a reply, linked by `next`. */
  #first: Call | undefined;
  #last: Call | undefined;
  #owing = 0;
  /** They owe nothing, so nobody waits for their handlers. */
  readonly #oneways = new Set<Call>();
  /** Replies that may leave. */
  readonly #output: MessageWriter;
  #answered = 0;
  /** Of replies that wait for an earlier call. */
  #waitingBytes = 0;
  #runningBytes = 0;
  #isAbandoned = false;
  readonly #onSettled: () => void;

  constructor(protocol: Protocol, onSettled: () => void) {
    this.#output = protocol.openWriter();
    this.#onSettled = onSettled;
  }

  /** Calls whose reply has not been handed to the socket. */
  get length(): number {
    return this.#owing + this.#answered + this.#oneways.size;
  }

  /** Of replies. */
  get bytes(): number {
    return this.#output.length + this.#waitingBytes;
  }

  /** Of replies, and of the messages whose handlers run: their arguments live as long. */
  get heldBytes(): number {
    return this.bytes + this.#runningBytes;
  }

  add(call: Call): void {
    this.#runningBytes += call.receivedBytes;
    if (!call.wantsReply) {
      this.#oneways.add(call);
      return;
    }
    if (this.#last) this.#last.next = call;
    else this.#first = call;
    this.#last = call;
    this.#owing += 1;
  }

  /** The reply of the first in line is written behind the others at once. */
  open(call: Call): MessageWriter {
    return call === this.#first && !call.dialect.seal ? this.#output : call.dialect.protocol.openWriter();
  }

  settle(call: Call, written: MessageWriter | undefined): void {
    if (this.#isAbandoned) return;
    this.#runningBytes -= call.receivedBytes;
    if (written === this.#output) this.#shift(call);
    else if (written) this.#keep(call, written.take());
    else this.#oneways.delete(call);
    while (this.#first?.reply) {
      this.#output.append(this.#first.reply);
      this.#waitingBytes -= this.#first.reply.length;
      this.#shift(this.#first);
    }
    this.#onSettled();
  }

  /** The replies that may leave; undefined when there is none. */
  take(): Buffer | undefined {
    if (this.#answered === 0) return undefined;
    this.#answered = 0;
    return this.#output.take();
  }

  /** Calls whose handlers run longer than allowed. */
  overdue(now: number, timeoutMs: number): Call[] {
    return [...this.#calls()].filter(({ isSettled, startedAt }) => !isSettled && now - startedAt > timeoutMs);
  }

  /** Forgets all calls. Their handlers are told, and their results go nowhere. */
  abandon(reason: string): void {
    this.#isAbandoned = true;
    for (const call of this.#calls()) call.abort(reason);
    this.#first = undefined;
    this.#last = undefined;
    this.#owing = 0;
    this.#oneways.clear();
    this.#output.take();
    this.#answered = 0;
    this.#waitingBytes = 0;
    this.#runningBytes = 0;
  }

  *#calls(): Iterable<Call> {
    for (let call = this.#first; call; call = call.next) yield call;
    yield* this.#oneways;
  }

  #keep(call: Call, bytes: Buffer): void {
    call.reply = call.dialect.seal?.(bytes) ?? bytes;
    this.#waitingBytes += call.reply.length;
  }

  /** The reply of the first is in the output. */
  #shift(first: Call): void {
    this.#first = first.next;
    if (!this.#first) this.#last = undefined;
    // Whoever keeps a call must not keep those behind it.
    first.next = undefined;
    this.#owing -= 1;
    this.#answered += 1;
  }
}
