import { setTimeout as pause } from "node:timers/promises";
import { ApplicationException, ApplicationExceptionType, readApplicationException } from "../application-exception.ts";
import { openDialect } from "../protocol/dialect.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { PROTOCOLS } from "../protocol/protocols.ts";
import { MessageType } from "../protocol/wire-types.ts";
import { LARGEST_MESSAGE } from "../server/limits.ts";
import type { MethodDefinition } from "../service.ts";
import type { ClientConnection } from "./client-connection.ts";
import { resolveOptions, type CallOptions, type ResolvedOptions, type ThriftClientOptions } from "./client-options.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { deferred } from "./deferred.ts";
import { PendingCalls, type PendingCall } from "./pending-calls.ts";
import { TransportError } from "./transport-error.ts";

type AnyMethod<Args extends readonly unknown[], Result> = Pick<
  MethodDefinition<unknown, Args, Result>,
  "isOneway" | "writeArgs" | "readResult"
>;

/** What a timer can wait. */
const LONGEST_TIMEOUT_MS = 0x7fff_ffff;

/**
 * Connections to a Thrift server, made when calls need them and again after they were lost, with a growing pause between
 * failures. Calls are pipelined. Every call settles: by its answer, its deadline, its signal, or the end of the connection.
 * No call is ever sent twice. A connection on which no answer came in the whole time of a call gets no further calls.
 */
export class ThriftClient {
  readonly #options: ResolvedOptions;
  readonly #pending = new PendingCalls();
  readonly #pool: ConnectionPool;
  #isClosed = false;

  /** Throws RangeError for numbers that make no sense. */
  constructor(options: ThriftClientOptions) {
    this.#options = resolveOptions(options);
    const { protocol, isFramed, maxMessageBytes } = this.#options;
    this.#pool = new ConnectionPool({
      ...this.#options,
      openDialect: () => openDialect(protocol, { isFramed, maxMessageBytes }),
      connectTimeoutMs: this.#options.timeoutMs,
      onMessage: (connection, message) => this.#answer(connection, message),
      onLost: (connection, cause) => this.#pending.reject(lost(cause), connection),
    });
  }

  /**
   * Sends one call. Throws the exceptions that the method declares, ApplicationException, ProtocolError for arguments that
   * cannot be encoded and answers that cannot be decoded, and TransportError. A oneway call resolves when it is on its way.
   */
  async call<Args extends readonly unknown[], Result>(
    name: string,
    method: AnyMethod<Args, Result>,
    args: Args,
    { timeoutMs = this.#options.timeoutMs, signal }: CallOptions = {},
  ): Promise<Result> {
    if (this.#isClosed) throw closed();
    if (this.#pending.size >= this.#options.maxPending)
      throw new TransportError("overload", "too many calls are waiting");
    if (signal?.aborted) throw new TransportError("aborted", `${name} was aborted`, signal.reason);
    const id = this.#pending.nextId();
    const message = this.#encode(name, id, method, args);
    const { promise, resolve, reject } = deferred<Result>();
    const call: PendingCall = {
      method: name,
      settle(reader, type) {
        if (type === MessageType.EXCEPTION) throw readApplicationException(reader);
        resolve(method.readResult(reader));
      },
      reject,
      sentAt: 0,
    };
    this.#pending.set(id, call);
    const timer = setTimeout(
      () => {
        reject(new TransportError("timeout", `${name} was not answered within ${timeoutMs} ms`));
        this.#doubt(call);
      },
      Math.min(timeoutMs, LONGEST_TIMEOUT_MS),
    );
    const abort = () => reject(new TransportError("aborted", `${name} was aborted`, signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    // A oneway call has no answer: it is over when the system has its bytes.
    this.#send(id, call, message, () => method.isOneway && resolve(undefined as Result));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(id);
      if (call.connection) this.#pool.release(call.connection);
    }
  }

  /**
   * Refuses further calls at once. Those that wait have until the deadline, by default none, and are then rejected with
   * `closed`. Resolves when the connections are gone.
   */
  async close({ deadlineMs = 0 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#isClosed = true;
    if (deadlineMs > 0 && this.#pending.size > 0) {
      const stop = new AbortController();
      const deadline = pause(Math.min(deadlineMs, LONGEST_TIMEOUT_MS), undefined, { signal: stop.signal });
      await Promise.race([this.#pending.settled(), deadline]);
      stop.abort();
      deadline.catch(() => {});
    }
    this.#pending.reject(closed());
    await this.#pool.close();
  }

  /** At once if there is a connection, so that calls of the same turn see each other's weight. */
  #send(id: number, call: PendingCall, message: Buffer, onWritten: () => void): void {
    const send = (connection: ClientConnection) => {
      call.connection = connection;
      call.sentAt = performance.now();
      connection.waiting += 1;
      connection.write(message, onWritten);
    };
    const connection = this.#pool.pick();
    if (connection) {
      send(connection);
      return;
    }
    this.#pool.open().then((opened) => {
      // Settled meanwhile: a call whose deadline is over must not be sent.
      if (this.#pending.get(id) !== call) return;
      send(this.#pool.pick() ?? opened);
    }, call.reject);
  }

  #encode<Args extends readonly unknown[]>(
    name: string,
    sequenceId: number,
    method: AnyMethod<Args, unknown>,
    args: Args,
  ): Buffer {
    const output = PROTOCOLS[this.#options.protocol].openWriter();
    const frame = this.#options.isFramed ? output.beginFrame() : undefined;
    const type = method.isOneway ? MessageType.ONEWAY : MessageType.CALL;
    output.writeMessageBegin({ name: this.#options.prefix + name, type, sequenceId });
    method.writeArgs(output, args);
    output.writeMessageEnd();
    if (output.length > LARGEST_MESSAGE)
      throw new ProtocolError(
        "size_limit",
        `a call of ${output.length} bytes; no server reads more than ${LARGEST_MESSAGE}`,
      );
    if (frame !== undefined) output.endFrame(frame);
    return output.bytes();
  }

  /** Throws when the message answers no call: then nothing on this connection can be trusted. */
  #answer(connection: ClientConnection, message: Buffer): void {
    const reader = PROTOCOLS[this.#options.protocol].openReader(message);
    const { name, type, sequenceId } = reader.readMessageBegin();
    if (type !== MessageType.REPLY && type !== MessageType.EXCEPTION)
      throw new TransportError("invalid_answer", `a message of type ${type} instead of an answer`);
    const call = this.#pending.get(sequenceId);
    if (call?.connection !== connection) {
      // A late answer to a call that gave up has a number that was ours once; any other was never ours.
      if (this.#pending.wasGiven(sequenceId)) return;
      throw new TransportError("invalid_answer", `an answer with the unknown number ${sequenceId}`);
    }
    this.#pool.answered(connection);
    if (type === MessageType.REPLY && name !== call.method && name !== this.#options.prefix + call.method) {
      call.reject(
        new ApplicationException(ApplicationExceptionType.WRONG_METHOD_NAME, `an answer to ${name.slice(0, 200)}`),
      );
      return;
    }
    try {
      call.settle(reader, type);
    } catch (error) {
      call.reject(error);
    }
  }

  /** The peer of a connection on which no message came may have vanished; the calls on it keep their chance. */
  #doubt({ connection, sentAt }: PendingCall): void {
    if (connection && connection.lastMessageAt < sentAt) this.#pool.retire(connection);
  }
}

function closed(): TransportError {
  return new TransportError("closed", "the client was closed");
}

function lost(cause: unknown): TransportError {
  const isInvalid = cause instanceof ProtocolError || cause instanceof TransportError;
  return isInvalid
    ? new TransportError("invalid_answer", "the server's answer could not be understood", cause)
    : new TransportError("disconnected", "the connection ended before the answer", cause);
}
