import { connect, type Socket } from "node:net";
import { ApplicationException, ApplicationExceptionType, readApplicationException } from "../application-exception.ts";
import { BinaryReader } from "../protocol/binary-reader.ts";
import { BinaryWriter } from "../protocol/binary-writer.ts";
import { MessageType } from "../protocol/wire-types.ts";
import { detectDialect, type Dialect } from "../protocol/dialect.ts";
import { InputBuffer } from "../protocol/input-buffer.ts";
import type { MethodDefinition } from "../service.ts";
import { TransportError } from "./transport-error.ts";

export interface ThriftClientOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
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

interface Pending {
  readonly method: string;
  readonly settle: (reader: BinaryReader, type: number) => void;
  readonly reject: (error: unknown) => void;
}

type AnyMethod<Args extends readonly unknown[], Result> = Pick<
  MethodDefinition<unknown, Args, Result>,
  "isOneway" | "writeArgs" | "readResult"
>;

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * One connection to a Thrift server, made when the first call needs it and again after it was lost, with a growing pause
 * between failures. Calls are pipelined. Every call settles: by its answer, its deadline, or the end of the connection.
 * No call is ever sent twice.
 */
export class ThriftClient {
  readonly #options: Required<Omit<ThriftClientOptions, "serviceName">> & { readonly prefix: string };
  readonly #pending = new Map<number, Pending>();
  #socket: Promise<Socket> | undefined;
  #sequenceId = 0;
  #failures = 0;
  #notBefore = 0;
  #isClosed = false;

  constructor(options: ThriftClientOptions) {
    this.#options = {
      host: options.host ?? "127.0.0.1",
      port: options.port,
      isFramed: options.isFramed ?? true,
      timeoutMs: options.timeoutMs ?? 10_000,
      maxMessageBytes: options.maxMessageBytes ?? 16_384_000,
      maxPending: options.maxPending ?? 1_000,
      prefix: options.serviceName === undefined ? "" : `${options.serviceName}:`,
    };
  }

  /**
   * Sends one call. Throws the exceptions that the method declares, ApplicationException, ProtocolError for arguments that
   * cannot be encoded, and TransportError. A oneway call resolves when it is on its way.
   */
  async call<Args extends readonly unknown[], Result>(
    name: string,
    method: AnyMethod<Args, Result>,
    args: Args,
    { timeoutMs = this.#options.timeoutMs, signal }: CallOptions = {},
  ): Promise<Result> {
    if (this.#pending.size >= this.#options.maxPending)
      throw new TransportError("overload", "too many calls are waiting");
    if (signal?.aborted) throw new TransportError("aborted", `${name} was aborted`, signal.reason);
    const sequenceId = this.#nextSequenceId();
    const message = this.#encode(name, sequenceId, method, args);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const settle = (reader: BinaryReader, type: number) => {
      if (type === MessageType.EXCEPTION) throw readApplicationException(reader);
      resolve(method.readResult(reader));
    };
    this.#pending.set(sequenceId, { method: name, settle, reject });
    const timer = setTimeout(
      () => reject(new TransportError("timeout", `${name} was not answered within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const abort = () => reject(new TransportError("aborted", `${name} was aborted`, signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    const send = (socket: Socket) => {
      // Settled meanwhile: a call whose deadline is over must not be sent.
      if (!this.#pending.has(sequenceId)) return;
      socket.write(message);
      if (method.isOneway) resolve(undefined as Result);
    };
    this.#connect().then(send, reject);
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(sequenceId);
    });
  }

  /** Rejects what is waiting with `closed`, and every later call. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rejectAll(new TransportError("closed", "the client was closed"));
    const socket = await this.#socket?.catch(() => undefined);
    socket?.destroy();
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
    do this.#sequenceId = this.#sequenceId >= 0x7fff_ffff ? 1 : this.#sequenceId + 1;
    while (this.#pending.has(this.#sequenceId));
    return this.#sequenceId;
  }

  #connect(): Promise<Socket> {
    if (this.#isClosed) return Promise.reject(new TransportError("closed", "the client was closed"));
    this.#socket ??= this.#open();
    return this.#socket;
  }

  async #open(): Promise<Socket> {
    const pauseMs = this.#notBefore - Date.now();
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return new Promise((resolve, reject) => {
      const { host, port, maxMessageBytes, timeoutMs } = this.#options;
      const socket = connect({ host, port, noDelay: true, timeout: timeoutMs });
      const input = new InputBuffer();
      let dialect: Dialect | undefined;
      let cause: unknown;
      socket.on("timeout", () => {
        // Only the time to connect is limited here; calls have their own deadlines.
        if (socket.connecting) socket.destroy(new Error(`no connection within ${timeoutMs} ms`));
      });
      socket.on("connect", () => {
        socket.setTimeout(0);
        this.#failures = 0;
        if (this.#isClosed) socket.destroy();
        resolve(socket);
      });
      socket.on("data", (chunk: Buffer) => {
        try {
          input.append(chunk);
          dialect ??= detectDialect(input.view(), maxMessageBytes);
          for (let message = dialect?.next(input); message; message = dialect?.next(input)) this.#answer(message);
        } catch (error) {
          cause = error;
          this.#rejectAll(new TransportError("invalid_answer", "the server's answer could not be understood", error));
          socket.destroy();
        }
      });
      socket.on("end", () => socket.end());
      socket.on("error", (error) => {
        cause = error;
      });
      socket.on("close", () => {
        this.#socket = undefined;
        const wasOpen = socket.bytesRead > 0 || this.#failures === 0;
        if (!wasOpen || cause !== undefined) this.#backOff();
        reject(new TransportError("unreachable", `no connection to ${host}:${port}`, cause));
        this.#rejectAll(new TransportError("disconnected", "the connection ended before the answer", cause));
      });
    });
  }

  /** Throws when the message answers no call: then nothing on this connection can be trusted. */
  #answer(message: Buffer): void {
    const reader = new BinaryReader(message);
    const { name, type, sequenceId } = reader.readMessageBegin();
    const pending = this.#pending.get(sequenceId);
    // A late answer to a call that gave up has a number that was ours once; any other was never ours.
    if (!pending && sequenceId > 0 && sequenceId <= this.#sequenceId) return;
    if (!pending) throw new TransportError("invalid_answer", `an answer with the unknown number ${sequenceId}`);
    if (type !== MessageType.REPLY && type !== MessageType.EXCEPTION) {
      throw new TransportError("invalid_answer", `a message of type ${type} instead of an answer`);
    }
    if (type === MessageType.REPLY && name !== pending.method && name !== this.#options.prefix + pending.method) {
      pending.reject(
        new ApplicationException(ApplicationExceptionType.WRONG_METHOD_NAME, `an answer to ${name.slice(0, 200)}`),
      );
      return;
    }
    try {
      pending.settle(reader, type);
    } catch (error) {
      pending.reject(error);
    }
  }

  #backOff(): void {
    this.#failures += 1;
    const longest = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#failures - 1), LONGEST_BACKOFF_MS);
    this.#notBefore = Date.now() + longest * (0.5 + Math.random() / 2);
  }

  #rejectAll(error: TransportError): void {
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
