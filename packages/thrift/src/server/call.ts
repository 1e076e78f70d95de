import type { ApplicationException } from "../application-exception.ts";
import type { MessageDialect } from "../protocol/dialect.ts";
import type { CallContext } from "../service.ts";
import type { TransportName } from "./events.ts";
import type { BoundMethod } from "./processor.ts";

/** Where a call came from. */
export interface CallOrigin {
  readonly remoteAddress: string;
  readonly transport: TransportName;
}

/** What the envelope of a message says. */
export interface Envelope {
  /** In which the reply has to be written. */
  readonly dialect: MessageDialect;
  /** The method, as the reply has to name it. */
  readonly name: string;
  readonly sequenceId: number;
  /** False for oneway calls. */
  readonly wantsReply: boolean;
  /** Undefined for what is not in the IDL. */
  readonly method: BoundMethod | undefined;
  /** By `performance.now()`: when the last byte of the message arrived. */
  readonly startedAt: number;
  /** Of the message; 0 where somebody else counts them. */
  readonly receivedBytes: number;
}

const NO_ARGUMENTS: readonly unknown[] = [];
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** One decoded call until its reply is on its way. */
export class Call implements CallContext {
  readonly origin: CallOrigin;
  readonly dialect: MessageDialect;
  readonly name: string;
  readonly sequenceId: number;
  readonly wantsReply: boolean;
  readonly method: BoundMethod | undefined;
  readonly startedAt: number;
  readonly receivedBytes: number;
  args = NO_ARGUMENTS;
  /** Why the call cannot be made; the caller reads it. */
  refusal: ApplicationException | undefined;
  /** The connection cannot be trusted after this message. */
  isFatal = false;
  /** It has been answered, or needs no answer any more. */
  isSettled = false;
  /** An encoded reply that waits for that of an earlier call. */
  reply: Buffer | undefined;
  /** The one whose reply follows. */
  next: Call | undefined;
  #abort: AbortController | undefined;
  #reason: string | undefined;

  constructor(origin: CallOrigin, envelope: Envelope) {
    this.origin = origin;
    this.dialect = envelope.dialect;
    this.name = envelope.name;
    this.sequenceId = envelope.sequenceId;
    this.wantsReply = envelope.wantsReply;
    this.method = envelope.method;
    this.startedAt = envelope.startedAt;
    this.receivedBytes = envelope.receivedBytes;
  }

  /** Made when somebody asks for it: most calls are over before. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(new Error(this.#reason));
    }
    return this.#abort.signal;
  }

  get remoteAddress(): string {
    return this.origin.remoteAddress;
  }

  get headers(): ReadonlyMap<string, string> {
    return this.dialect.headers ?? NO_HEADERS;
  }

  abort(reason: string): void {
    this.#reason ??= reason;
    this.#abort?.abort(new Error(reason));
  }
}
