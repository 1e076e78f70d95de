import { Agent, request as requestPlain, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as SecureAgent, request as requestSecure } from "node:https";
import { PROTOCOLS } from "../protocol/protocols.ts";
import { readEnvelope, settleCall } from "./answer.ts";
import { Backoff } from "./backoff.ts";
import type { Channel } from "./channel.ts";
import type { ResolvedOptions } from "./client-options.ts";
import { HttpSockets } from "./http-sockets.ts";
import type { PendingCall } from "./pending-calls.ts";
import { lostConnection, TransportError } from "./transport-error.ts";

/**
 * Each call in a POST of its own, over connections that are kept alive and carry one call at a time. Calls for which none is
 * free wait for one.
 */
export class HttpChannel implements Channel {
  readonly isFramed = false;
  readonly #options: ResolvedOptions;
  readonly #agent: Agent;
  readonly #sockets: HttpSockets;
  readonly #backoff = new Backoff();
  /** In the order of their arrival. */
  readonly #waiting = new Map<PendingCall, Buffer>();
  readonly #requests = new Map<PendingCall, ClientRequest>();
  #failedAt = -Infinity;
  #pause: NodeJS.Timeout | undefined;

  constructor(options: ResolvedOptions) {
    const { tls, connections, timeoutMs } = options;
    this.#options = options;
    this.#sockets = new HttpSockets({ isSecure: tls !== undefined, connectTimeoutMs: timeoutMs });
    const kept = { keepAlive: true, maxSockets: connections, noDelay: true };
    this.#agent = tls
      ? new SecureAgent({
          ...kept,
          ca: tls.ca,
          cert: tls.cert,
          key: tls.key,
          minVersion: "TLSv1.2",
          ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
        })
      : new Agent(kept);
  }

  send(call: PendingCall, message: Buffer): void {
    this.#waiting.set(call, message);
    this.#sendWaiting();
  }

  /** A response that is still to come would be taken for that of the next call: its connection ends with the call. */
  release(call: PendingCall): void {
    this.#waiting.delete(call);
    if (this.#waiting.size === 0) clearTimeout(this.#pause);
    const request = this.#requests.get(call);
    this.#requests.delete(call);
    request?.destroy();
  }

  doubt(): void {}

  async close(): Promise<void> {
    clearTimeout(this.#pause);
    for (const request of this.#requests.values()) request.destroy();
    this.#agent.destroy();
    await this.#sockets.closed();
  }

  /** As many as there may be connections, unless the last failure demands a pause. */
  #sendWaiting(): void {
    for (const [call, message] of this.#waiting) {
      if (this.#requests.size >= this.#options.connections) return;
      const { pauseMs } = this.#backoff;
      if (pauseMs > 0) {
        clearTimeout(this.#pause);
        this.#pause = setTimeout(() => this.#sendWaiting(), Math.ceil(pauseMs));
        return;
      }
      this.#waiting.delete(call);
      this.#request(call, message);
    }
  }

  #request(call: PendingCall, message: Buffer): void {
    const { host, port, path, tls, token } = this.#options;
    const send = tls ? requestSecure : requestPlain;
    const startedAt = performance.now();
    const request = send({
      agent: this.#agent,
      host,
      port,
      path,
      method: "POST",
      headers: {
        "Content-Type": "application/x-thrift",
        "Content-Length": message.length,
        Accept: "application/x-thrift",
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
    });
    this.#requests.set(call, request);
    let failure: unknown;
    request.on("socket", (socket) => this.#sockets.watch(socket));
    request.on("response", (response) => this.#receive(call, request, response));
    request.on("error", (error) => {
      failure = error;
    });
    request.on("close", () => {
      // Otherwise it was answered, or given up by us.
      if (this.#requests.delete(call)) this.#fail(call, { request, startedAt, cause: failure });
      // In the next turn the connection is free.
      setImmediate(() => this.#sendWaiting());
    });
    request.end(message);
  }

  #fail(
    call: PendingCall,
    { request, startedAt, cause }: { readonly request: ClientRequest; startedAt: number; cause: unknown },
  ): void {
    const { host, port } = this.#options;
    const isOpen = request.socket !== null && this.#sockets.openedAt(request.socket) !== undefined;
    // A server that takes connections and drops them unanswered is as good as none; those that go down together count once.
    if (!request.reusedSocket && startedAt > this.#failedAt) {
      this.#backoff.failed();
      this.#failedAt = performance.now();
    }
    if (isOpen) {
      const isNoHttp = cause instanceof Error && "code" in cause && String(cause.code).startsWith("HPE_");
      call.reject(lostConnection(isNoHttp ? new TransportError("invalid_answer", "no HTTP", cause) : cause));
      return;
    }
    const error = new TransportError("unreachable", `no connection to ${host}:${port}`, cause);
    call.reject(error);
    // Whoever waits for another connection keeps the chance.
    if (this.#sockets.size === 0) for (const waiting of this.#waiting.keys()) waiting.reject(error);
  }

  #receive(call: PendingCall, request: ClientRequest, response: IncomingMessage): void {
    const { maxMessageBytes } = this.#options;
    const chunks: Buffer[] = [];
    let size = 0;
    const count = (more: number) => {
      size += more;
      if (size > maxMessageBytes)
        call.reject(new TransportError("invalid_answer", `an answer of more than ${maxMessageBytes} bytes`));
    };
    response.on("error", () => {});
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      count(chunk.length);
    });
    response.on("end", () => {
      if (!response.complete) return;
      // From here on nothing ends the connection.
      this.#requests.delete(call);
      this.#backoff.answered((request.socket && this.#sockets.openedAt(request.socket)) ?? -Infinity);
      try {
        this.#answer(call, response.statusCode, Buffer.concat(chunks));
      } catch (error) {
        call.reject(lostConnection(error));
      }
    });
    if (Number(response.headers["content-length"]) > maxMessageBytes) count(maxMessageBytes + 1);
  }

  /** Throws ProtocolError and TransportError for what answers no call. */
  #answer(call: PendingCall, status: number | undefined, body: Buffer): void {
    if (status !== 200) {
      call.reject(new TransportError("refused", `the server answered with status ${status}`, undefined, status));
      return;
    }
    if (call.isOneway) {
      call.sent();
      return;
    }
    const reader = PROTOCOLS[this.#options.protocol].openReader(body);
    const envelope = readEnvelope(reader);
    if (envelope.sequenceId !== call.id)
      throw new TransportError("invalid_answer", `an answer with the unknown number ${envelope.sequenceId}`);
    settleCall(call, reader, envelope);
  }
}
