import { ApplicationException, ApplicationExceptionType } from "../application-exception.ts";
import type { MessageWriter } from "../protocol/message-output.ts";
import type { Call } from "./call.ts";
import { nobody, type CallOutcome, type OnServerEvent } from "./events.ts";
import type { BoundMethod } from "./processor.ts";
import { writeFailure, writeSuccess } from "./reply-writer.ts";

/** Where replies go. */
export interface Replies {
  /** In what the reply of a call is to be written. */
  open(call: Call): MessageWriter;
  /**
   * Takes what `open` answered for this call, with its reply; undefined for a oneway call. Called once for each call, maybe
   * before `start` returns.
   */
  settle(call: Call, written: MessageWriter | undefined): void;
}

/** In logs and metrics, instead of whatever a client made up. */
const UNKNOWN = "(unknown)";

/** Runs the calls of one connection. Each settles exactly once, whatever its handler does. */
export class CallRunner {
  readonly #replies: Replies;
  readonly #onEvent: OnServerEvent;
  #isDraining = false;

  constructor(replies: Replies, onEvent: OnServerEvent) {
    this.#replies = replies;
    this.#onEvent = onEvent;
  }

  /** From now on calls are refused. */
  drain(): void {
    this.#isDraining = true;
  }

  start(call: Call): void {
    if (this.#isDraining) this.#refuse(call, internalError("the server is shutting down"));
    else if (call.refusal) this.#refuse(call, call.refusal);
    else if (call.method) this.#invoke(call, call.method);
  }

  /** Answers in the place of a handler whose time is over. */
  expire(call: Call): void {
    this.#onEvent({ type: "timeout", remoteAddress: call.remoteAddress, what: "handler" });
    call.abort("the handler's time is over");
    this.#refuse(call, internalError("the call took too long"));
  }

  /** A handler that answers at once costs no promise, and is answered in the same turn. */
  #invoke(call: Call, method: BoundMethod): void {
    let returned: unknown;
    try {
      returned = method.invoke(call.args, call);
      if (isThenable(returned)) void this.#await(call, method, returned);
      else this.#succeed(call, method, returned);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  async #await(call: Call, method: BoundMethod, returned: PromiseLike<unknown>): Promise<void> {
    try {
      this.#succeed(call, method, await returned);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Throws when the result is not what the IDL says. */
  #succeed(call: Call, method: BoundMethod, result: unknown): void {
    if (call.isSettled) return;
    if (!call.wantsReply) {
      this.#settle(call, undefined, "success");
      return;
    }
    const output = this.#replies.open(call);
    writeSuccess(output, call, method, result);
    this.#settle(call, output, "success");
  }

  #fail(call: Call, error: unknown): void {
    if (call.isSettled) return;
    const output = this.#replies.open(call);
    const outcome = writeFailure(output, call, error);
    if (outcome) {
      this.#settle(call, call.wantsReply ? output : undefined, outcome);
      return;
    }
    const method = call.method?.name ?? UNKNOWN;
    this.#onEvent({ type: "handler_error", remoteAddress: call.remoteAddress, method, error });
    this.#refuse(call, internalError("internal error"));
  }

  /** A oneway call is only ended: nobody reads an answer to it. */
  #refuse(call: Call, refusal: ApplicationException): void {
    const output = call.wantsReply ? this.#replies.open(call) : undefined;
    if (output) writeFailure(output, call, refusal);
    this.#settle(call, output, "application_exception");
  }

  #settle(call: Call, written: MessageWriter | undefined, outcome: CallOutcome): void {
    call.isSettled = true;
    this.#replies.settle(call, written);
    if (this.#onEvent === nobody) return;
    const { origin, method, dialect, startedAt } = call;
    this.#onEvent({
      type: "call",
      remoteAddress: origin.remoteAddress,
      service: method?.service ?? UNKNOWN,
      method: method?.name ?? UNKNOWN,
      dialect: dialect.name,
      transport: origin.transport,
      outcome,
      durationSeconds: (performance.now() - startedAt) / 1_000,
    });
  }
}

function internalError(message: string): ApplicationException {
  return new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, message);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
