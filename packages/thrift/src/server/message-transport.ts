import { detectDialect, type Dialect } from "../protocol/dialect.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { CallRunner } from "./call-runner.ts";
import type { CallOrigin } from "./call.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { OnServerEvent } from "./events.ts";
import type { ServerLimits } from "./limits.ts";
import { ReplyQueue } from "./reply-queue.ts";
import type { Link, Transport } from "./transport.ts";

export interface MessageTransportOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly onEvent: OnServerEvent;
}

/** From the first message on. */
interface Conversation {
  readonly dialect: Dialect;
  readonly replies: ReplyQueue;
  readonly runner: CallRunner;
}

/**
 * Thrift messages one after the other, in the dialect of the first. Calls run side by side and are answered in their order;
 * replies that become ready in the same turn leave in one write.
 */
export class MessageTransport implements Transport {
  readonly #link: Link;
  readonly #options: MessageTransportOptions;
  readonly #origin: CallOrigin;
  #conversation: Conversation | undefined;
  #isDraining = false;

  constructor(link: Link, options: MessageTransportOptions) {
    this.#link = link;
    this.#options = options;
    this.#origin = { remoteAddress: link.remoteAddress, transport: link.isSecure ? "tls" : "tcp" };
  }

  receive(now: number): boolean {
    this.#conversation ??= this.#begin();
    const conversation = this.#conversation;
    if (!conversation) return false;
    let isProgress = false;
    while (!this.isHeldBack && this.#takeMessage(conversation, now)) isProgress = true;
    return isProgress;
  }

  flush(): void {
    const replies = this.#conversation?.replies.take();
    if (replies) this.#link.write(replies);
  }

  get isHeldBack(): boolean {
    const replies = this.#conversation?.replies;
    if (!replies) return false;
    const { maxCallsInFlight, maxUnsentBytes } = this.#options.limits;
    return replies.length >= maxCallsInFlight || this.#link.unsentBytes + replies.bytes > maxUnsentBytes;
  }

  get isReceiving(): boolean {
    return this.#link.input.length > 0;
  }

  get isBusy(): boolean {
    return this.#conversation !== undefined && this.#conversation.replies.length > 0;
  }

  get heldBytes(): number {
    return this.#conversation?.replies.heldBytes ?? 0;
  }

  drain(): void {
    this.#isDraining = true;
    this.#conversation?.runner.drain();
  }

  expireCalls(now: number): void {
    if (!this.#conversation) return;
    const { replies, runner } = this.#conversation;
    for (const call of replies.overdue(now, this.#options.limits.handlerTimeoutMs)) runner.expire(call);
  }

  abandon(): void {
    this.#conversation?.replies.abandon("the caller is gone");
  }

  /** Undefined while the first bytes are too few. Throws ProtocolError. */
  #begin(): Conversation | undefined {
    const { limits, onEvent } = this.#options;
    const dialect = detectDialect(this.#link.input.view(), limits.maxMessageBytes);
    if (!dialect) return undefined;
    const replies = new ReplyQueue(dialect.protocol, () => this.#link.schedule());
    const runner = new CallRunner(replies, onEvent);
    if (this.#isDraining) runner.drain();
    return { dialect, replies, runner };
  }

  /** False when no complete message is there. Throws ProtocolError. */
  #takeMessage({ dialect, replies, runner }: Conversation, now: number): boolean {
    const { input } = this.#link;
    const before = input.length;
    const reader = dialect.read(input);
    if (!reader) return false;
    const call = this.#options.dispatcher.decode(reader, {
      dialect: dialect.latest ?? dialect,
      origin: this.#origin,
      now,
      receivedBytes: before - input.length,
    });
    replies.add(call);
    runner.start(call);
    if (call.isFatal) throw new ProtocolError("invalid_data", call.refusal?.message ?? "a malformed message");
    return true;
  }
}
