import { ApplicationException, ApplicationExceptionType } from "../application-exception.ts";
import type { MessageDialect } from "../protocol/dialect.ts";
import type { MessageReader } from "../protocol/message-input.ts";
import { NameTable } from "../protocol/name-table.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { MessageType } from "../protocol/wire-types.ts";
import { Call, type CallOrigin } from "./call.ts";
import type { BoundMethod, Processor } from "./processor.ts";

export interface Arrival {
  readonly dialect: MessageDialect;
  readonly origin: CallOrigin;
  /** By `performance.now()`. */
  readonly now: number;
  /** Of the message; 0 where somebody else counts them. */
  readonly receivedBytes: number;
}

/** Turns messages into calls. Knows no socket. */
export class Dispatcher {
  /** By the names that a message may call them. */
  readonly #methods = new Map<string, BoundMethod>();
  readonly #names: NameTable;

  /** Without its service, a name that several services have means the first of them. */
  constructor(processors: readonly Processor[]) {
    for (const { name: service, methods } of processors) {
      for (const [name, method] of methods) {
        if (!this.#methods.has(name)) this.#methods.set(name, method);
        this.#methods.set(`${service}:${name}`, method);
      }
    }
    this.#names = new NameTable(this.#methods.keys());
  }

  /** Throws ProtocolError when not even the envelope can be read. */
  decode(reader: MessageReader, { dialect, origin, now, receivedBytes }: Arrival): Call {
    const { name, type, sequenceId } = reader.readMessageBegin(this.#names);
    const isCall = type === MessageType.CALL || type === MessageType.ONEWAY;
    const method = isCall ? this.#methods.get(name) : undefined;
    // Also when the caller forgot that the method is oneway: a reply would be read as that of its next call.
    const wantsReply = type !== MessageType.ONEWAY && !method?.definition.isOneway;
    const replyName = method ? method.name : withoutService(name);
    const envelope = { dialect, name: replyName, sequenceId, wantsReply, method, startedAt: now, receivedBytes };
    const call = new Call(origin, envelope);
    if (method) readArguments(reader, call, method);
    else if (isCall) call.refusal = refusal("UNKNOWN_METHOD", `unknown method ${name.slice(0, 200)}`);
    else call.refusal = refusal("INVALID_MESSAGE_TYPE", "only calls are answered here");
    return call;
  }
}

function readArguments(reader: MessageReader, call: Call, method: BoundMethod): void {
  try {
    call.args = method.definition.readArgs(reader);
    reader.readMessageEnd();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    call.refusal = refusal("PROTOCOL_ERROR", error.message);
    call.isFatal = error.code !== "missing_field";
  }
}

function refusal(type: keyof typeof ApplicationExceptionType, message: string): ApplicationException {
  return new ApplicationException(ApplicationExceptionType[type], message);
}

/** `Service:method` of the multiplexed protocol; the reply bears the method's name alone. */
function withoutService(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
