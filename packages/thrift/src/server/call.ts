import type { MessageDialect } from "../protocol/dialect.ts";
import type { CallContext } from "../service.ts";
import type { TransportName } from "./events.ts";

/** How events name a call. */
export interface CallLabel {
  readonly service: string;
  readonly method: string;
}

/** Where a call came from. */
export interface CallOrigin {
  readonly remoteAddress: string;
  readonly transport: TransportName;
  readonly receivedBytes?: number;
}

interface CallEnvelope {
  readonly dialect: MessageDialect;
  readonly method: string;
  readonly label: CallLabel;
  readonly sequenceId: number;
  readonly wantsReply: boolean;
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** One decoded call until its reply is on its way. */
export class Call implements CallContext {
  readonly dialect: MessageDialect;
  readonly method: string;
  readonly label: CallLabel;
  readonly sequenceId: number;
  readonly remoteAddress: string;
  readonly transport: TransportName;
  /** False for oneway calls. */
  readonly wantsReply: boolean;
  /** Of the message that it came in; 0 where somebody else counts them. */
  readonly receivedBytes: number;
  readonly startedAt = performance.now();
  /** The encoded reply; null for a oneway call; undefined while the handler runs. */
  reply: Buffer | null | undefined;
  #abort: AbortController | undefined;
  #reason: string | undefined;

  constructor(decoded: CallEnvelope, { remoteAddress, transport, receivedBytes = 0 }: CallOrigin) {
    const { dialect, method, label, sequenceId, wantsReply } = decoded;
    this.dialect = dialect;
    this.method = method;
    this.label = label;
    this.sequenceId = sequenceId;
    this.wantsReply = wantsReply;
    this.remoteAddress = remoteAddress;
    this.transport = transport;
    this.receivedBytes = receivedBytes;
  }

  /** Made when somebody asks for it: most calls are over before. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(new Error(this.#reason));
    }
    return this.#abort.signal;
  }

  get headers(): ReadonlyMap<string, string> {
    return this.dialect.headers ?? NO_HEADERS;
  }

  abort(reason: string): void {
    this.#reason ??= reason;
    this.#abort?.abort(new Error(reason));
  }

  get durationSeconds(): number {
    return (performance.now() - this.startedAt) / 1_000;
  }
}
