import { setTimeout as pause } from "node:timers/promises";
import { readApplicationException } from "../application-exception.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { PROTOCOLS } from "../protocol/protocols.ts";
import { MessageType } from "../protocol/wire-types.ts";
import { LARGEST_MESSAGE } from "../server/limits.ts";
import type { MethodDefinition } from "../service.ts";
import type { Channel } from "./channel.ts";
import { resolveOptions, type CallOptions, type ResolvedOptions, type ThriftClientOptions } from "./client-options.ts";
import { deferred } from "./deferred.ts";
import { HttpChannel } from "./http-channel.ts";
import { PendingCalls, type PendingCall } from "./pending-calls.ts";
import { StreamChannel } from "./stream-channel.ts";
import { TransportError } from "./transport-error.ts";

type AnyMethod<Args extends readonly unknown[], Result> = Pick<
  MethodDefinition<unknown, Args, Result>,
  "isOneway" | "writeArgs" | "readResult"
>;

/** What a timer can wait. */
const LONGEST_TIMEOUT_MS = 0x7fff_ffff;

/**
 * Connections to a Thrift server, made when calls need them and again after they were lost, with a growing pause between
 * failures. Calls are pipelined, over HTTP they take turns. Every call settles: by its answer, its deadline, its signal, or
 * the end of the connection. No call is ever sent twice. A connection on which no answer came in the whole time of a call gets
 * no further calls.
 */
export class ThriftClient {
  readonly #options: ResolvedOptions;
  readonly #pending = new PendingCalls();
  readonly #channel: Channel;
  #isClosed = false;

  /** Throws RangeError for options that make no sense. */
  constructor(options: ThriftClientOptions) {
    this.#options = resolveOptions(options);
    this.#channel =
      this.#options.transport === "http"
        ? new HttpChannel(this.#options)
        : new StreamChannel(this.#options, this.#pending);
  }

  /**
   * Sends one call. Throws the exceptions that the method declares, ApplicationException, ProtocolError for arguments that
   * cannot be encoded and answers that cannot be decoded, and TransportError. A oneway call resolves when it is on its way,
   * over HTTP when the server has taken it.
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
      id,
      method: name,
      name: this.#options.prefix + name,
      isOneway: method.isOneway,
      // A oneway call has no answer: it is over when the system has its bytes.
      sent: () => method.isOneway && resolve(undefined as Result),
      settle(reader, type) {
        if (type === MessageType.EXCEPTION) throw readApplicationException(reader);
        resolve(method.readResult(reader));
      },
      reject,
      sentAt: 0,
    };
    this.#pending.add(call);
    const timer = setTimeout(
      () => {
        reject(new TransportError("timeout", `${name} was not answered within ${timeoutMs} ms`));
        this.#channel.doubt(call);
      },
      Math.min(timeoutMs, LONGEST_TIMEOUT_MS),
    );
    const abort = () => reject(new TransportError("aborted", `${name} was aborted`, signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    this.#channel.send(call, message);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(call);
      this.#channel.release(call);
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
    await this.#channel.close();
  }

  #encode<Args extends readonly unknown[]>(
    name: string,
    sequenceId: number,
    method: AnyMethod<Args, unknown>,
    args: Args,
  ): Buffer {
    const output = PROTOCOLS[this.#options.protocol].openWriter();
    const frame = this.#channel.isFramed ? output.beginFrame() : undefined;
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
}

function closed(): TransportError {
  return new TransportError("closed", "the client was closed");
}
