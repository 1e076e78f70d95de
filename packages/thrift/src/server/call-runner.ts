import { ApplicationException, ApplicationExceptionType } from "../application-exception.ts";
import type { Call } from "./call.ts";
import type { Answer, Decoded, Dispatcher } from "./dispatcher.ts";
import type { CallOutcome, OnServerEvent } from "./events.ts";

export interface CallRunnerOptions {
  readonly dispatcher: Dispatcher;
  readonly onEvent: OnServerEvent;
  /** Takes the encoded reply, or null for a oneway call; called once for each call, maybe before `start` returns. */
  readonly onSettled: (call: Call, reply: Buffer | null) => void;
}

/** Runs the calls of one connection. Each settles exactly once, whatever its handler does. */
export class CallRunner {
  readonly #options: CallRunnerOptions;
  #isDraining = false;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  /** From now on calls are refused. */
  drain(): void {
    this.#isDraining = true;
  }

  start(call: Call, decoded: Decoded): void {
    const refusal = this.#isDraining
      ? new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, "the server is shutting down")
      : decoded.refusal;
    if (refusal) this.#refuse(call, refusal);
    else void this.#run(call, decoded);
  }

  /** Answers in the place of a handler whose time is over. */
  expire(call: Call): void {
    this.#options.onEvent({ type: "timeout", remoteAddress: call.remoteAddress, what: "handler" });
    call.abort("the handler's time is over");
    this.#refuse(call, new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, "the call took too long"));
  }

  async #run(call: Call, { bound, args }: Decoded): Promise<void> {
    try {
      // Not awaited when it is no promise: a synchronous handler is answered in the same turn.
      const returned = bound?.invoke(args ?? [], call);
      const result = isThenable(returned) ? await returned : returned;
      if (call.reply !== undefined || !bound) return;
      if (call.wantsReply) {
        const { bytes, outcome } = this.#options.dispatcher.success(call, bound, result);
        this.#settle(call, bytes, outcome);
      } else this.#settle(call, null, "success");
    } catch (error) {
      this.#fail(call, bound, error);
    }
  }

  #fail(call: Call, bound: Decoded["bound"], error: unknown): void {
    if (call.reply !== undefined) return;
    const answer = this.#tryEncode(call, bound, error);
    if (answer) {
      this.#settle(call, call.wantsReply ? answer.bytes : null, answer.outcome);
      return;
    }
    const { remoteAddress } = call;
    const { method } = call.label;
    this.#options.onEvent({ type: "handler_error", remoteAddress, method, error });
    this.#refuse(call, new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, "internal error"));
  }

  /** Undefined also when a declared exception cannot be written. */
  #tryEncode(call: Call, bound: Decoded["bound"], error: unknown): Answer | undefined {
    try {
      return this.#options.dispatcher.failure(call, bound, error);
    } catch {
      return undefined;
    }
  }

  /** A oneway call is only ended: nobody reads an answer to it. */
  #refuse(call: Call, refusal: ApplicationException): void {
    const answer = call.wantsReply ? this.#options.dispatcher.failure(call, undefined, refusal) : undefined;
    this.#settle(call, answer?.bytes ?? null, "application_exception");
  }

  #settle(call: Call, reply: Buffer | null, outcome: CallOutcome): void {
    call.reply = reply;
    this.#options.onSettled(call, reply);
    const { label, remoteAddress, dialect, transport, durationSeconds } = call;
    const { service, method } = label;
    const { name } = dialect;
    this.#options.onEvent({
      type: "call",
      remoteAddress,
      service,
      method,
      dialect: name,
      transport,
      outcome,
      durationSeconds,
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
