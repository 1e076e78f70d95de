import { setTimeout as pause } from "node:timers/promises";
import { ApplicationException, ApplicationExceptionType, readApplicationException } from "../application-exception.ts";
import { BinaryReader } from "../protocol/binary-reader.ts";
import { BinaryWriter } from "../protocol/binary-writer.ts";
import { MessageType } from "../protocol/wire-types.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import type { MethodDefinition } from "../service.ts";
import { ClientConnection, type ClientTlsOptions } from "./client-connection.ts";
import { TransportError } from "./transport-error.ts";

export interface ThriftClientOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** Without it the connection is plain. */
  readonly tls?: ClientTlsOptions;
  /** Default true: what Java's non-blocking servers, Rust and most multiplexers speak. */
  readonly isFramed?: boolean;
  /** Puts `name:` before each method, for servers with several services. */
  readonly serviceName?: string;
  /** For connecting and answering together; 10,000 ms. */
  readonly timeoutMs?: number;
  /** Longest answer that is accepted; 16,384,000 bytes. */
  readonly maxMessageBytes?: number;
  /** Calls that may wait for an answer at once; 1,000. */
  readonly maxPending?: number;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly method: string;
  readonly settle: (reader: BinaryReader, type: number) => void;
  readonly reject: (error: unknown) => void;
  /** Undefined until the call is sent. */
  connection?: ClientConnection;
  sentAt: number;
}

type AnyMethod<Args extends readonly unknown[], Result> = Pick<
  MethodDefinition<unknown, Args, Result>,
  "isOneway" | "writeArgs" | "readResult"
>;

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 5_000;
const LARGEST_I32 = 0x7fff_ffff;

/**
 * One connection to a Thrift server, made when the first call needs it and again after it was lost, with a growing pause
 * between failures. Calls are pipelined. Every call settles: by its answer, its deadline, or the end of the connection.
 * No call is ever sent twice. A connection that was silent for the whole time of a call gets no further calls.
 */
export class ThriftClient {
  readonly #options: Required<Omit<ThriftClientOptions, "serviceName" | "tls">> & {
    readonly prefix: string;
    readonly tls: ClientTlsOptions | undefined;
  };
  readonly #waiting = new Map<number, Waiting>();
  readonly #connections = new Set<ClientConnection>();
  readonly #closing = new AbortController();
  #current: Promise<ClientConnection> | undefined;
  #sequenceId = 0;
  #highestSequenceId = 0;
  #failures = 0;
  #notBefore = 0;

  constructor(options: ThriftClientOptions) {
    this.#options = {
      host: options.host ?? "127.0.0.1",
      port: options.port,
      tls: options.tls,
      isFramed: options.isFramed ?? true,
      timeoutMs: options.timeoutMs ?? 10_000,
      maxMessageBytes: options.maxMessageBytes ?? 16_384_000,
      maxPending: options.maxPending ?? 1_000,
      prefix: options.serviceName === undefined ? "" : `${options.serviceName}:`,
    };
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
    if (this.#closing.signal.aborted) throw closed();
    if (this.#waiting.size >= this.#options.maxPending)
      throw new TransportError("overload", "too many calls are waiting");
    if (signal?.aborted) throw new TransportError("aborted", `${name} was aborted`, signal.reason);
    const sequenceId = this.#nextSequenceId();
    const message = this.#encode(name, sequenceId, method, args);
    let finish = () => {};
    const result = new Promise<Result>((resolve, reject) => {
      const settle = (reader: BinaryReader, type: number) => {
        if (type === MessageType.EXCEPTION) throw readApplicationException(reader);
        resolve(method.readResult(reader));
      };
      const waiting: Waiting = { method: name, settle, reject, sentAt: 0 };
      this.#waiting.set(sequenceId, waiting);
      const timer = setTimeout(
        () => {
          reject(new TransportError("timeout", `${name} was not answered within ${timeoutMs} ms`));
          this.#doubt(waiting);
        },
        Math.min(timeoutMs, LARGEST_I32),
      );
      const abort = () => reject(new TransportError("aborted", `${name} was aborted`, signal?.reason));
      signal?.addEventListener("abort", abort, { once: true });
      finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#forget(sequenceId, waiting);
      };
      const send = (connection: ClientConnection) => {
        // Settled meanwhile: a call whose deadline is over must not be sent.
        if (!this.#waiting.has(sequenceId)) return;
        waiting.connection = connection;
        waiting.sentAt = performance.now();
        connection.waiting += 1;
        connection.write(message, () => {
          if (method.isOneway) resolve(undefined as Result);
        });
      };
      this.#connect().then(send).catch(reject);
    });
    return result.finally(finish);
  }

  /** Rejects what is waiting with `closed`, and every later call. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { reject } of this.#waiting.values()) reject(closed());
    for (const connection of this.#connections) connection.destroy();
    this.#connections.clear();
  }

  #encode<Args extends readonly unknown[]>(
    name: string,
    sequenceId: number,
    method: AnyMethod<Args, unknown>,
    args: Args,
  ): Buffer {
    const output = new BinaryWriter();
    const frame = this.#options.isFramed ? output.beginFrame() : undefined;
    const type = method.isOneway ? MessageType.ONEWAY : MessageType.CALL;
    output.writeMessageBegin({ name: this.#options.prefix + name, type, sequenceId });
    method.writeArgs(output, args);
    if (frame !== undefined) output.endFrame(frame);
    return output.bytes();
  }

  #nextSequenceId(): number {
    do this.#sequenceId = this.#sequenceId >= LARGEST_I32 ? 1 : this.#sequenceId + 1;
    while (this.#waiting.has(this.#sequenceId));
    this.#highestSequenceId = Math.max(this.#highestSequenceId, this.#sequenceId);
    return this.#sequenceId;
  }

  #connect(): Promise<ClientConnection> {
    this.#current ??= this.#open().catch((error: unknown) => {
      this.#current = undefined;
      throw error;
    });
    return this.#current;
  }

  async #open(): Promise<ClientConnection> {
    const pauseMs = this.#notBefore - performance.now();
    // Rejects when the client is closed; its calls are settled by then.
    if (pauseMs > 0) await pause(pauseMs, undefined, { signal: this.#closing.signal });
    const { host, port, tls, maxMessageBytes, timeoutMs } = this.#options;
    const connection: ClientConnection = new ClientConnection({
      host,
      port,
      tls,
      maxMessageBytes,
      connectTimeoutMs: timeoutMs,
      onMessage: (message) => this.#answer(connection, message),
      onGone: (cause) => this.#lose(connection, cause),
    });
    this.#connections.add(connection);
    try {
      await connection.opened;
      if (connection.isRetired) throw new Error("the connection was lost at once");
      return connection;
    } catch (error) {
      connection.destroy();
      this.#connections.delete(connection);
      this.#backOff();
      throw new TransportError("unreachable", `no connection to ${host}:${port}`, error);
    }
  }

  /** Throws when the message answers no call: then nothing on this connection can be trusted. */
  #answer(connection: ClientConnection, message: Buffer): void {
    const reader = new BinaryReader(message);
    const { name, type, sequenceId } = reader.readMessageBegin();
    if (type !== MessageType.REPLY && type !== MessageType.EXCEPTION)
      throw new TransportError("invalid_answer", `a message of type ${type} instead of an answer`);
    const waiting = this.#waiting.get(sequenceId);
    if (waiting?.connection !== connection) {
      // A late answer to a call that gave up has a number that was ours once; any other was never ours.
      if (sequenceId > 0 && sequenceId <= this.#highestSequenceId) return;
      throw new TransportError("invalid_answer", `an answer with the unknown number ${sequenceId}`);
    }
    this.#failures = 0;
    if (type === MessageType.REPLY && name !== waiting.method && name !== this.#options.prefix + waiting.method) {
      waiting.reject(
        new ApplicationException(ApplicationExceptionType.WRONG_METHOD_NAME, `an answer to ${name.slice(0, 200)}`),
      );
      return;
    }
    try {
      waiting.settle(reader, type);
    } catch (error) {
      waiting.reject(error);
    }
  }

  #lose(connection: ClientConnection, cause: unknown): void {
    this.#connections.delete(connection);
    this.#retire(connection);
    // A server that takes connections and drops them unanswered is as good as none.
    if (cause !== undefined || connection.lastReceivedAt < 0) this.#backOff();
    const isInvalid = cause instanceof ProtocolError || cause instanceof TransportError;
    const error = isInvalid
      ? new TransportError("invalid_answer", "the server's answer could not be understood", cause)
      : new TransportError("disconnected", "the connection ended before the answer", cause);
    for (const waiting of this.#waiting.values()) if (waiting.connection === connection) waiting.reject(error);
  }

  /** The peer of a connection that stays silent may have vanished; the calls on it keep their chance. */
  #doubt({ connection, sentAt }: Waiting): void {
    if (connection && connection.lastReceivedAt < sentAt) this.#retire(connection);
  }

  #retire(connection: ClientConnection): void {
    if (connection.isRetired) return;
    connection.isRetired = true;
    this.#current = undefined;
  }

  #forget(sequenceId: number, { connection }: Waiting): void {
    this.#waiting.delete(sequenceId);
    if (!connection) return;
    connection.waiting -= 1;
    if (!connection.isRetired || connection.waiting > 0) return;
    connection.destroy();
    this.#connections.delete(connection);
  }

  #backOff(): void {
    this.#failures += 1;
    const longest = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#failures - 1), LONGEST_BACKOFF_MS);
    this.#notBefore = performance.now() + longest * (0.5 + Math.random() / 2);
  }
}

function closed(): TransportError {
  return new TransportError("closed", "the client was closed");
}
