import type { IncomingMessage, ServerResponse } from "node:http";
import type { MessageWriter } from "../protocol/message-output.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { CallRunner, type Replies } from "./call-runner.ts";
import type { Call, CallOrigin } from "./call.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { OnServerEvent } from "./events.ts";
import type { HttpOptions } from "./http-front.ts";
import { dialectOfBody } from "./http-body.ts";
import {
  type HttpRefusal,
  protocolOf,
  readBearerToken,
  refuseContent,
  refuseTarget,
  tooLarge,
  unauthorized,
} from "./http-request.ts";
import type { ServerLimits } from "./limits.ts";

export interface HttpExchangeOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly onEvent: OnServerEvent;
  readonly http: HttpOptions;
  readonly origin: CallOrigin;
  /** The client waits for a sign before it sends the body. */
  readonly expectsContinue: boolean;
  /** The server stops: calls are refused. */
  readonly isDraining: () => boolean;
  /** No further request was received on this connection. */
  readonly isLast: () => boolean;
}

const OVERLOADED: HttpRefusal = { status: 503, message: "try again later", headers: { "retry-after": "1" } };

/** One request and its response: at most one call. */
export class HttpExchange implements Replies {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: HttpExchangeOptions;
  #startedAt: number | undefined;
  #isAuthenticating = false;
  #runner: CallRunner | undefined;
  #call: Call | undefined;
  #bodyBytes = 0;
  #replyBytes = 0;

  constructor(request: IncomingMessage, response: ServerResponse, options: HttpExchangeOptions) {
    this.#request = request;
    this.#response = response;
    this.#options = options;
    // The end of the connection ends both; there is nobody to tell.
    request.on("error", () => {});
    response.on("error", () => {});
  }

  /** The client is waiting for us, not we for the rest of its request. */
  get isUnderWay(): boolean {
    return this.#request.complete || this.#isAuthenticating;
  }

  /** Its body is being received. */
  get isReading(): boolean {
    return this.#startedAt !== undefined && !this.isUnderWay;
  }

  get bodyBytes(): number {
    return this.#bodyBytes + this.#request.readableLength;
  }

  /** Of a response that the client has not taken yet. */
  get replyBytes(): number {
    return this.#replyBytes;
  }

  start(): void {
    if (this.#startedAt !== undefined) return;
    this.#startedAt = performance.now();
    void this.#serve();
  }

  /** Answers in the place of a handler, or of an authentication, that takes too long. */
  expire(now: number): void {
    const startedAt = this.#call?.startedAt ?? this.#startedAt ?? now;
    if (this.#response.headersSent || !this.isUnderWay || now - startedAt <= this.#options.limits.handlerTimeoutMs)
      return;
    if (this.#call) {
      if (!this.#call.isSettled) this.#runner?.expire(this.#call);
      return;
    }
    const { remoteAddress } = this.#options.origin;
    this.#options.onEvent({ type: "timeout", remoteAddress, what: "handler" });
    this.refuse(OVERLOADED);
  }

  abandon(): void {
    this.#call?.abort("the caller is gone");
  }

  refuse({ status, message, headers }: HttpRefusal): void {
    if (this.#response.headersSent) return;
    const { onEvent, origin } = this.#options;
    onEvent({ type: "http_refusal", remoteAddress: origin.remoteAddress, status, message });
    this.#respond(status, Buffer.from(`${message}\n`), { "content-type": "text/plain; charset=utf-8", ...headers });
  }

  async #serve(): Promise<void> {
    try {
      const refusal = refuseTarget(this.#request, this.#options.http.path) ?? (await this.#refuseCaller());
      if (refusal) this.refuse(refusal);
      else if (!this.#response.headersSent) await this.#read();
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.refuse({ status: 400, message: error.message });
        return;
      }
      const { onEvent, origin } = this.#options;
      onEvent({ type: "handler_error", remoteAddress: origin.remoteAddress, method: "(authenticate)", error });
      this.refuse(OVERLOADED);
    }
  }

  async #refuseCaller(): Promise<HttpRefusal | undefined> {
    const { authenticate } = this.#options.http;
    if (!authenticate) return undefined;
    const { headers } = this.#request;
    const token = readBearerToken(headers.authorization);
    this.#isAuthenticating = true;
    try {
      return (await authenticate(token, headers)) ? undefined : unauthorized(token);
    } finally {
      this.#isAuthenticating = false;
    }
  }

  async #read(): Promise<void> {
    const { maxMessageBytes } = this.#options.limits;
    const refusal = refuseContent(this.#request.headers, maxMessageBytes);
    if (refusal) return this.refuse(refusal);
    if (this.#options.expectsContinue) this.#response.writeContinue();
    const body = await this.#readBody(maxMessageBytes);
    if (!body) this.refuse(tooLarge(maxMessageBytes));
    else this.#perform(body);
  }

  /** Undefined when it is too long; then the rest is dropped as it comes. */
  #readBody(maxMessageBytes: number): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    return new Promise((resolve) => {
      this.#request.on("data", (chunk: Buffer) => {
        if (this.#bodyBytes + chunk.length > maxMessageBytes) {
          chunks.length = 0;
          resolve(undefined);
          return;
        }
        this.#bodyBytes += chunk.length;
        chunks.push(chunk);
      });
      this.#request.on("end", () => resolve(Buffer.concat(chunks)));
    });
  }

  /** Throws ProtocolError. */
  #perform(body: Buffer): void {
    const { dispatcher, limits, onEvent, origin, isDraining } = this.#options;
    const protocol = protocolOf(this.#request.headers["content-type"]) ?? "";
    const dialect = dialectOfBody(body, { protocol, maxMessageBytes: limits.maxMessageBytes });
    const now = performance.now();
    this.#call = dispatcher.decode(dialect.protocol.openReader(body), { dialect, origin, now, receivedBytes: 0 });
    this.#runner = new CallRunner(this, onEvent);
    if (isDraining()) this.#runner.drain();
    this.#runner.start(this.#call);
  }

  open(call: Call): MessageWriter {
    return call.dialect.protocol.openWriter();
  }

  /** A oneway call has an empty answer. */
  settle(_: Call, written: MessageWriter | undefined): void {
    const type = this.#request.headers["content-type"] ?? "";
    this.#respond(200, written?.take() ?? Buffer.alloc(0), { "content-type": type });
  }

  #respond(status: number, body: Buffer, headers: Readonly<Record<string, string>>): void {
    this.#bodyBytes = 0;
    this.#replyBytes = body.length;
    const isEnd = this.#options.isDraining() && this.#options.isLast();
    this.#response.writeHead(status, {
      ...headers,
      "content-length": String(body.length),
      ...(isEnd ? { connection: "close" } : {}),
    });
    this.#response.end(body);
  }
}
