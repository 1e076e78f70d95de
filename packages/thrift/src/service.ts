import type { ProtocolReader, ProtocolWriter } from "./protocol/protocol.ts";

/** What a handler knows about the call besides its arguments. */
export interface CallContext {
  /**
   * Aborted when the caller's connection is gone, the handler's time is over, or the server stops for good. A caller that
   * only closed its sending side may still read its reply: that aborts nothing.
   */
  readonly signal: AbortSignal;
  /** Address of the caller, for logs. */
  readonly remoteAddress: string;
  /** What a THeader client sent with the call, 128 pairs at most; empty for all others. */
  readonly headers: ReadonlyMap<string, string>;
}

/** One method of a service, generated. `Args` is the tuple of its arguments. */
export interface MethodDefinition<Handler, Args extends readonly unknown[], Result> {
  readonly isOneway: boolean;
  writeArgs(output: ProtocolWriter, args: Args): void;
  readArgs(input: ProtocolReader): Args;
  call(handler: Handler, args: Args, context: CallContext): Result | Promise<Result>;
  writeResult(output: ProtocolWriter, result: Result): void;
  /** Writes an exception that the method declares; false, and nothing written, for any other value. */
  writeException(output: ProtocolWriter, error: unknown): boolean;
  /** Answers the result or throws the declared exception, or ApplicationException MISSING_RESULT. */
  readResult(input: ProtocolReader): Result;
}

/** A method whose own types are forgotten; `never` keeps anyone but the runtime from calling it. */
export interface ErasedMethod<Handler> {
  readonly isOneway: boolean;
  readArgs(input: ProtocolReader): readonly unknown[];
  call(handler: Handler, args: never, context: CallContext): unknown;
  writeResult(output: ProtocolWriter, result: never): void;
  writeException(output: ProtocolWriter, error: unknown): boolean;
}

/** A service with its methods by their names on the wire, generated. */
export interface ServiceDefinition<Handler> {
  readonly name: string;
  readonly methods: ReadonlyMap<string, ErasedMethod<Handler>>;
}
