import { detectDialect, type Dialect } from "../protocol/dialect.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { CallQueue } from "./call-queue.ts";
import { CallRunner } from "./call-runner.ts";
import { Call } from "./call.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { OnServerEvent } from "./events.ts";
import type { ServerLimits } from "./limits.ts";
import type { Link, Transport } from "./transport.ts";

export interface MessageTransportOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly onEvent: OnServerEvent;
}

/**
 * Thrift messages one after the other, in the dialect of the first. Calls run side by side and are answered in their order;
 * replies that become ready together leave in one write.
 */
export class MessageTransport implements Transport {
  readonly #link: Link;
  readonly #options: MessageTransportOptions;
  readonly #calls = new CallQueue();
  readonly #runner: CallRunner;
  #dialect: Dialect | undefined;

  constructor(link: Link, options: MessageTransportOptions) {
    this.#link = link;
    this.#options = options;
    this.#runner = new CallRunner({
      dispatcher: options.dispatcher,
      onEvent: options.onEvent,
      onSettled: (call, reply) => {
        this.#calls.settle(call, reply);
        link.schedule();
      },
    });
  }

  receive(): boolean {
    let isProgress = false;
    while (!this.isHeldBack && this.#takeMessage()) isProgress = true;
    return isProgress;
  }

  flush(): void {
    const ready = this.#calls.takeReady();
    const [first] = ready;
    if (first) this.#link.write(ready.length === 1 ? first : Buffer.concat(ready));
  }

  get isHeldBack(): boolean {
    const { maxCallsInFlight, maxUnsentBytes } = this.#options.limits;
    const unsentBytes = this.#link.unsentBytes + this.#calls.readyBytes;
    return this.#calls.length >= maxCallsInFlight || unsentBytes > maxUnsentBytes;
  }

  get isReceiving(): boolean {
    return this.#link.input.length > 0;
  }

  get isBusy(): boolean {
    return this.#calls.length > 0;
  }

  get heldBytes(): number {
    return this.#calls.readyBytes + this.#calls.runningBytes;
  }

  drain(): void {
    this.#runner.drain();
  }

  expireCalls(now: number): void {
    const overdue = this.#calls.overdue(now, this.#options.limits.handlerTimeoutMs);
    for (const call of overdue) this.#runner.expire(call);
  }

  abandon(): void {
    this.#calls.abandon("the caller is gone");
  }

  /** False when no complete message is there. Throws ProtocolError. */
  #takeMessage(): boolean {
    const { input, remoteAddress, isSecure } = this.#link;
    const { limits, dispatcher } = this.#options;
    this.#dialect ??= detectDialect(input.view(), limits.maxMessageBytes);
    const before = input.length;
    const message = this.#dialect?.next(input);
    if (!this.#dialect || !message) return false;
    const decoded = dispatcher.decode(message, this.#dialect.latest ?? this.#dialect);
    const call = new Call(decoded, {
      remoteAddress,
      transport: isSecure ? "tls" : "tcp",
      receivedBytes: before - input.length,
    });
    this.#calls.add(call);
    this.#runner.start(call, decoded);
    if (decoded.isFatal) throw new ProtocolError("invalid_data", decoded.refusal?.message ?? "a malformed message");
    return true;
  }
}
