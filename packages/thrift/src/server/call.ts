import type { Dialect } from "../protocol/dialect.ts";
import type { CallContext } from "../service.ts";

interface CallEnvelope {
  readonly dialect: Dialect;
  readonly method: string;
  readonly label: string;
  readonly sequenceId: number;
  readonly wantsReply: boolean;
}

/** One decoded call until its reply is on its way. */
export class Call implements CallContext {
  readonly dialect: Dialect;
  readonly method: string;
  /** The method's name for events. */
  readonly label: string;
  readonly sequenceId: number;
  readonly remoteAddress: string;
  /** False for oneway calls. */
  readonly wantsReply: boolean;
  readonly startedAt = performance.now();
  /** The encoded reply; null for a oneway call; undefined while the handler runs. */
  reply: Buffer | null | undefined;
  #abort: AbortController | undefined;
  #reason: string | undefined;

  constructor(decoded: CallEnvelope, remoteAddress: string) {
    const { dialect, method, label, sequenceId, wantsReply } = decoded;
    this.dialect = dialect;
    this.method = method;
    this.label = label;
    this.sequenceId = sequenceId;
    this.wantsReply = wantsReply;
    this.remoteAddress = remoteAddress;
  }

  /** Made when somebody asks for it: most calls are over before. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(new Error(this.#reason));
    }
    return this.#abort.signal;
  }

  abort(reason: string): void {
    this.#reason ??= reason;
    this.#abort?.abort(new Error(reason));
  }

  get durationMs(): number {
    return performance.now() - this.startedAt;
  }
}
