import type { Socket } from "node:net";
import { ApplicationException, ApplicationExceptionType } from "../application-exception.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { CallQueue } from "./call-queue.ts";
import { Call } from "./call.ts";
import { detectDialect, type Dialect } from "../protocol/dialect.ts";
import type { Decoded, Dispatcher } from "./dispatcher.ts";
import type { CallOutcome, OnServerEvent, TimeoutKind } from "./events.ts";
import { InputBuffer } from "../protocol/input-buffer.ts";
import type { ServerLimits } from "./limits.ts";

export interface ConnectionOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly onEvent: OnServerEvent;
  /** How many more (or fewer) bytes this connection holds than at the last call. */
  readonly onBuffered: (connection: Connection, change: number) => void;
}

const INTERNAL = "internal error";
/** For the peer to close its side after we have closed ours; meanwhile late bytes are dropped, not answered by a reset. */
const LINGER_MS = 1_000;

/**
 * One client. Its calls run side by side and are answered in their order; replies that become ready together leave in one
 * write. Every decoded call gets exactly one reply, and nothing that a client sends can throw out of here.
 */
export class Connection {
  readonly remoteAddress: string;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #input = new InputBuffer();
  readonly #calls = new CallQueue();
  #dialect: Dialect | undefined;
  /** Nothing more will arrive: the peer has ended, or its bytes were refused. */
  #isEnding = false;
  #isDraining = false;
  #isReading = true;
  #isProceeding = false;
  #isProceedScheduled = false;
  #reportedBytes = 0;
  #waitingFor: "first_byte" | "message" | "idle" = "first_byte";
  #waitingSince = performance.now();
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.remoteAddress = socket.remoteAddress ?? "";
    socket.setNoDelay(true);
    // Node calls it also when bytes were received lately but none were taken by the peer.
    socket.setTimeout(options.limits.sendTimeoutMs, () => this.#sendTimeout());
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => {
      this.#isEnding = true;
      this.#proceed();
    });
    // Resets are the peer's right; 'close' follows and cleans up.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(this.#linger);
      this.#calls.abandon("the caller is gone");
      options.onBuffered(this, -this.#reportedBytes);
    });
  }

  /** Answers what is under way, refuses what comes, and ends when nothing is left. */
  drain(): void {
    this.#isDraining = true;
    this.#proceed();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends what has waited too long; called every now and then. */
  enforceTimeouts(now: number): void {
    const { limits } = this.#options;
    for (const call of this.#calls.overdue(now, limits.handlerTimeoutMs)) {
      this.#reportTimeout("handler");
      call.abort("the handler's time is over");
      this.#refuse(call, new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, "the call took too long"));
    }
    // While calls run, or while we do not read, it is not the client that keeps us waiting.
    if (this.#calls.length > 0 || !this.#isReading || this.#socket.writableEnded) return;
    const allowed = {
      first_byte: limits.firstByteTimeoutMs,
      message: limits.messageTimeoutMs,
      idle: limits.idleTimeoutMs,
    };
    if (now - this.#waitingSince <= allowed[this.#waitingFor]) return;
    this.#reportTimeout(this.#waitingFor);
    this.destroy();
  }

  #sendTimeout(): void {
    if (this.#socket.writableLength === 0) return;
    this.#reportTimeout("send");
    this.destroy();
  }

  #reportTimeout(what: TimeoutKind): void {
    this.#options.onEvent({ type: "timeout", remoteAddress: this.remoteAddress, what });
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnding || this.#socket.writableEnded) return;
    this.#input.append(chunk);
    this.#proceed();
  }

  /** Takes as many messages as the limits allow, sends what is ready, and decides whether to read on. */
  #proceed(): void {
    if (this.#socket.destroyed) return;
    this.#isProceeding = true;
    let isProgress = false;
    try {
      while (this.#mayTakeMore() && this.#takeMessage()) isProgress = true;
    } catch (error) {
      this.#endWith(error);
    }
    this.#isProceeding = false;
    const isHeldBack = !this.#mayTakeMore();
    this.#flush();
    // Sending has made room: the messages that are here already go on in the next turn, after those of other clients.
    if (isHeldBack && this.#mayTakeMore()) this.#scheduleProceed();
    this.#setReading(!isHeldBack);
    this.#restartClock(isProgress);
    if ((this.#isEnding || this.#isDraining) && this.#calls.length === 0 && !isHeldBack) this.#end();
    this.#reportBytes();
  }

  #mayTakeMore(): boolean {
    const { maxCallsInFlight, maxUnsentBytes } = this.#options.limits;
    const unsentBytes = this.#socket.writableLength + this.#calls.readyBytes;
    return this.#calls.length < maxCallsInFlight && unsentBytes <= maxUnsentBytes;
  }

  /** False when no complete message is there. Throws ProtocolError. */
  #takeMessage(): boolean {
    this.#dialect ??= detectDialect(this.#input.view(), this.#options.limits.maxMessageBytes);
    const dialect = this.#dialect;
    const message = dialect?.next(this.#input);
    if (!dialect || !message) return false;
    this.#perform(this.#options.dispatcher.decode(message, dialect));
    return true;
  }

  #perform(decoded: Decoded): void {
    const call = new Call(decoded, this.remoteAddress);
    this.#calls.add(call);
    const refusal = this.#isDraining
      ? new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, "the server is shutting down")
      : decoded.refusal;
    if (refusal) {
      this.#refuse(call, refusal);
      if (decoded.isFatal) throw new ProtocolError("invalid_data", refusal.message);
      return;
    }
    void this.#run(call, decoded);
  }

  async #run(call: Call, { bound, args, wantsReply }: Decoded): Promise<void> {
    const { dispatcher } = this.#options;
    try {
      // Not awaited when it is no promise: a synchronous handler is answered in the same turn.
      const returned = bound?.invoke(args ?? [], call);
      const result = isThenable(returned) ? await returned : returned;
      if (call.reply !== undefined || !bound) return;
      if (wantsReply) {
        const { bytes, outcome } = dispatcher.success(call, bound, result);
        this.#settle(call, bytes, outcome);
      } else this.#settle(call, null, "success");
    } catch (error) {
      this.#fail(call, bound, error, wantsReply);
    }
  }

  #fail(call: Call, bound: Decoded["bound"], error: unknown, wantsReply: boolean): void {
    if (call.reply !== undefined) return;
    const answer = this.#tryEncode(call, bound, error);
    if (!answer) {
      this.#options.onEvent({
        type: "handler_error",
        remoteAddress: this.remoteAddress,
        method: call.label,
        error,
      });
      this.#refuse(call, new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, INTERNAL));
      return;
    }
    this.#settle(call, wantsReply ? answer.bytes : null, answer.outcome);
  }

  /** Undefined also when a declared exception cannot be written. */
  #tryEncode(call: Call, bound: Decoded["bound"], error: unknown) {
    try {
      return this.#options.dispatcher.failure(call, bound, error);
    } catch {
      return undefined;
    }
  }

  /** A oneway call is only ended: nobody reads an answer to it. */
  #refuse(call: Call, refusal: ApplicationException): void {
    if (!call.wantsReply) {
      this.#settle(call, null, "application_exception");
      return;
    }
    const answer = this.#options.dispatcher.failure(call, undefined, refusal);
    this.#settle(call, answer?.bytes ?? null, "application_exception");
  }

  #settle(call: Call, reply: Buffer | null, outcome: CallOutcome): void {
    this.#calls.settle(call, reply);
    const { remoteAddress } = this;
    this.#options.onEvent({
      type: "call",
      remoteAddress,
      method: call.label,
      outcome,
      durationMs: call.durationMs,
    });
    if (!this.#isProceeding) this.#scheduleProceed();
  }

  /** At the end of the turn: handlers that were waiting for the same answer of the database are replied to together. */
  #scheduleProceed(): void {
    if (this.#isProceedScheduled) return;
    this.#isProceedScheduled = true;
    setImmediate(() => {
      this.#isProceedScheduled = false;
      this.#proceed();
    });
  }

  #flush(): void {
    const ready = this.#calls.takeReady();
    const [first] = ready;
    if (!first || this.#socket.writableEnded) return;
    this.#socket.write(ready.length === 1 ? first : Buffer.concat(ready), () => this.#written());
  }

  #written(): void {
    if (this.#isReading) this.#reportBytes();
    else this.#proceed();
  }

  #end(): void {
    if (this.#socket.writableEnded) return;
    // Bytes that nobody reads would turn our end into a reset, and the peer might lose its last replies.
    this.#setReading(true);
    this.#socket.end(() => {
      this.#linger = setTimeout(() => this.destroy(), LINGER_MS);
    });
  }

  /** Bytes that cannot be understood end the connection, after the replies that are due. */
  #endWith(error: unknown): void {
    this.#isEnding = true;
    this.#input.consume(this.#input.length);
    const message = error instanceof Error ? error.message : "unknown";
    this.#options.onEvent({ type: "protocol_error", remoteAddress: this.remoteAddress, message });
  }

  #setReading(isReading: boolean): void {
    if (this.#isReading === isReading || this.#socket.writableEnded) return;
    this.#isReading = isReading;
    if (!isReading) {
      this.#socket.pause();
      return;
    }
    this.#socket.resume();
    this.#waitingSince = performance.now();
  }

  #restartClock(isProgress: boolean): void {
    const waitingFor = this.#input.length > 0 ? "message" : this.#dialect ? "idle" : "first_byte";
    // A message that trickles in must not restart its own clock.
    if (waitingFor === "message" && this.#waitingFor === "message" && !isProgress) return;
    this.#waitingFor = waitingFor;
    this.#waitingSince = performance.now();
  }

  /** Received bytes not yet used, and replies not yet taken by the kernel. */
  #reportBytes(): void {
    if (this.#socket.destroyed) return;
    const bytes = this.#input.length + this.#calls.readyBytes + this.#socket.writableLength;
    const change = bytes - this.#reportedBytes;
    this.#reportedBytes = bytes;
    if (change !== 0) this.#options.onBuffered(this, change);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
