import { ApplicationException, ApplicationExceptionType, writeApplicationException } from "../application-exception.ts";
import type { MessageDialect } from "../protocol/dialect.ts";
import type { MessageWriter } from "../protocol/message-output.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import type { Protocol } from "../protocol/protocols.ts";
import { MessageType } from "../protocol/wire-types.ts";
import type { CallContext, ErasedMethod, ServiceDefinition } from "../service.ts";
import type { Call, CallLabel } from "./call.ts";
import type { CallOutcome } from "./events.ts";
import { LARGEST_MESSAGE } from "./limits.ts";

/** A service with the handler that serves it. */
export interface Processor {
  readonly name: string;
  readonly methods: ReadonlyMap<string, BoundMethod>;
}

interface BoundMethod extends Omit<ErasedMethod<never>, "call"> {
  readonly label: CallLabel;
  invoke(args: readonly unknown[], context: CallContext): unknown;
}

/** Joins a generated service and its handler; a handler that lacks a method or has one too many does not compile. */
export function createProcessor<Handler>(service: ServiceDefinition<Handler>, handler: NoInfer<Handler>): Processor {
  const methods = new Map<string, BoundMethod>();
  for (const [name, method] of service.methods) {
    methods.set(name, {
      label: { service: service.name, method: name },
      isOneway: method.isOneway,
      readArgs: (input) => method.readArgs(input),
      writeResult: (output, result) => method.writeResult(output, result),
      writeException: (output, error) => method.writeException(output, error),
      // `readArgs` of the same definition made these arguments, so they have the type that `call` wants.
      invoke: (args, context) => method.call(handler, args as never, context),
    });
  }
  return { name: service.name, methods };
}

/** In logs and metrics, instead of whatever a client made up. */
const UNKNOWN: CallLabel = { service: "(unknown)", method: "(unknown)" };

const LARGEST_KEPT = 1_048_576;

/** A message whose envelope could be read. */
export interface Decoded {
  /** In which the reply has to be written. */
  readonly dialect: MessageDialect;
  /** As the reply has to name it. */
  readonly method: string;
  readonly label: CallLabel;
  readonly sequenceId: number;
  readonly wantsReply: boolean;
  /** Why the call cannot be made; the caller reads it. */
  readonly refusal?: ApplicationException;
  /** The connection cannot be trusted after this message. */
  readonly isFatal?: boolean;
  readonly bound?: BoundMethod;
  readonly args?: readonly unknown[];
}

export interface Answer {
  readonly bytes: Buffer;
  readonly outcome: CallOutcome;
}

/** Turns messages into calls and results into replies. Knows no socket. */
export class Dispatcher {
  readonly #services: ReadonlyMap<string, Processor>;
  readonly #plain = new Map<string, BoundMethod>();
  readonly #scratch = new Map<Protocol, MessageWriter>();

  constructor(processors: readonly Processor[]) {
    this.#services = new Map(processors.map((processor) => [processor.name, processor]));
    for (const { methods } of processors) {
      for (const [name, method] of methods) if (!this.#plain.has(name)) this.#plain.set(name, method);
    }
  }

  /** Throws ProtocolError when not even the envelope can be read. */
  decode(message: Buffer, dialect: MessageDialect): Decoded {
    const reader = dialect.protocol.openReader(message);
    const { name, type, sequenceId } = reader.readMessageBegin();
    const [service, method] = splitName(name);
    const wantsReply = type !== MessageType.ONEWAY;
    if (type !== MessageType.CALL && type !== MessageType.ONEWAY) {
      const refusal = new ApplicationException(
        ApplicationExceptionType.INVALID_MESSAGE_TYPE,
        "only calls are answered here",
      );
      return { dialect, method, label: UNKNOWN, sequenceId, wantsReply, refusal };
    }
    const bound = service === undefined ? this.#plain.get(method) : this.#services.get(service)?.methods.get(method);
    if (!bound) {
      const refusal = new ApplicationException(
        ApplicationExceptionType.UNKNOWN_METHOD,
        `unknown method ${name.slice(0, 200)}`,
      );
      return { dialect, method, label: UNKNOWN, sequenceId, wantsReply, refusal };
    }
    // Also when the caller forgot that the method is oneway: a reply would be read as that of its next call.
    const call = { dialect, method, label: bound.label, sequenceId, wantsReply: wantsReply && !bound.isOneway };
    try {
      const args = bound.readArgs(reader);
      reader.readMessageEnd();
      return { ...call, bound, args };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const refusal = new ApplicationException(ApplicationExceptionType.PROTOCOL_ERROR, error.message);
      return { ...call, refusal, isFatal: error.code !== "missing_field" };
    }
  }

  success(call: Call, bound: BoundMethod, result: unknown): Answer {
    // The result is what `call` of the same definition answered, unless the handler lied about its type: then a writer throws.
    return {
      bytes: this.#encode(call, MessageType.REPLY, (output) => bound.writeResult(output, result as never)),
      outcome: "success",
    };
  }

  /** The reply for a declared exception, an ApplicationException, or undefined for anything else. */
  failure(call: Call, bound: BoundMethod | undefined, error: unknown): Answer | undefined {
    if (error instanceof ApplicationException) {
      const bytes = this.#encode(call, MessageType.EXCEPTION, (output) => writeApplicationException(output, error));
      return { bytes, outcome: "application_exception" };
    }
    let isDeclared = false;
    const bytes = this.#encode(call, MessageType.REPLY, (output) => {
      isDeclared = bound?.writeException(output, error) ?? false;
    });
    return isDeclared ? { bytes, outcome: "exception" } : undefined;
  }

  #encode(call: Call, type: MessageType, write: (output: MessageWriter) => void): Buffer {
    const { protocol, isFramed, seal } = call.dialect;
    const output = this.#writer(protocol);
    output.reset();
    const frame = isFramed ? output.beginFrame() : undefined;
    output.writeMessageBegin({ name: call.method, type, sequenceId: call.sequenceId });
    write(output);
    output.writeMessageEnd();
    // The buffer of a large reply is not kept, one for each protocol.
    if (output.length > LARGEST_KEPT) this.#scratch.delete(protocol);
    if (output.length > LARGEST_MESSAGE) {
      throw new ProtocolError(
        "size_limit",
        `a reply of ${output.length} bytes; no client reads more than ${LARGEST_MESSAGE}`,
      );
    }
    if (frame !== undefined) output.endFrame(frame);
    return seal ? seal(output.bytes()) : output.bytes();
  }

  #writer(protocol: Protocol): MessageWriter {
    const known = this.#scratch.get(protocol);
    if (known) return known;
    const opened = protocol.openWriter();
    this.#scratch.set(protocol, opened);
    return opened;
  }
}

/** `Service:method` of the multiplexed protocol; the reply bears the method's name alone. */
function splitName(name: string): [service: string | undefined, method: string] {
  const colon = name.indexOf(":");
  return colon < 0 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
}
