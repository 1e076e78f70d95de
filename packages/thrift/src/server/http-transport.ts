import type { IncomingMessage, ServerResponse } from "node:http";
import { ProtocolError } from "../protocol/protocol-error.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { OnServerEvent } from "./events.ts";
import { HttpExchange } from "./http-exchange.ts";
import type { HttpFront } from "./http-front.ts";
import { HttpStream } from "./http-stream.ts";
import type { ServerLimits } from "./limits.ts";
import type { Link, Transport } from "./transport.ts";

export interface HttpTransportOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly onEvent: OnServerEvent;
}

/** Given to Node's parser at once: more would let it make hundreds of requests before a limit is looked at. */
const SLICE_BYTES = 4_096;
/** What may wait for Node's parser before the connection is not read any more. */
const WAITING_BYTES = 65_536;
/** What Node keeps for a request, about; counted, so that many small requests are not free. */
const REQUEST_BYTES = 4_096;

/** Calls in the bodies of HTTP/1.1 requests, kept alive and pipelined at will. */
export class HttpTransport implements Transport {
  readonly #link: Link;
  readonly #front: HttpFront;
  readonly #options: HttpTransportOptions;
  readonly #stream: HttpStream;
  /** In the order of their requests, until their responses are taken. */
  #exchanges: HttpExchange[] = [];
  #latest: IncomingMessage | undefined;
  /** Something has arrived since the latest request was complete. */
  #hasBegun = false;
  #isProgress = false;
  #isDraining = false;
  #failure: Error | undefined;
  #owesFailure = false;

  constructor(link: Link, front: HttpFront, options: HttpTransportOptions) {
    this.#link = link;
    this.#front = front;
    this.#options = options;
    this.#stream = new HttpStream({
      onWanted: () => link.schedule(),
      send: (bytes, done) => link.write(bytes, done),
      onEnd: () => link.end(),
      onDestroyed: () => link.destroy(),
    });
    front.accept(this.#stream, {
      take: (request, response, expectsContinue) => this.#take(request, response, expectsContinue),
      fail: (error) => this.#fail(error),
    });
  }

  receive(): boolean {
    const { input } = this.#link;
    while (input.length > 0 && this.#stream.wantsMore && !this.#failure && !this.isHeldBack) {
      const size = Math.min(input.length, SLICE_BYTES);
      const slice = Buffer.from(input.view().subarray(0, size));
      input.consume(size);
      if (this.#latest?.complete !== false) this.#hasBegun = true;
      this.#stream.give(slice);
    }
    if (this.#failure && input.length > 0) input.consume(input.length);
    const isProgress = this.#isProgress;
    this.#isProgress = false;
    return isProgress;
  }

  flush(): void {
    if (!this.#owesFailure || this.#exchanges.length > 0) return;
    this.#owesFailure = false;
    const isLong =
      this.#failure !== undefined && "code" in this.#failure && this.#failure.code === "HPE_HEADER_OVERFLOW";
    const status = isLong ? "431 Request Header Fields Too Large" : "400 Bad Request";
    this.#link.write(Buffer.from(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`));
  }

  get isHeldBack(): boolean {
    const { maxCallsInFlight, maxUnsentBytes } = this.#options.limits;
    if (Math.max(this.#link.unsentBytes, this.#replyBytes) > maxUnsentBytes) return true;
    if (this.#link.input.length > WAITING_BYTES && !this.#stream.wantsMore) return true;
    return this.#exchanges.length >= maxCallsInFlight && !this.#exchanges.at(-1)?.isReading;
  }

  get isReceiving(): boolean {
    return this.#link.input.length > 0 || this.#hasBegun || this.#latest?.complete === false;
  }

  get isBusy(): boolean {
    const { readableLength, writableLength } = this.#stream;
    return readableLength + writableLength > 0 || this.#exchanges.some(({ isUnderWay }) => isUnderWay);
  }

  get heldBytes(): number {
    const received = this.#exchanges.reduce((sum, { bodyBytes }) => sum + bodyBytes + REQUEST_BYTES, 0);
    // What the link has not sent is counted there.
    return this.#stream.readableLength + received + Math.max(0, this.#replyBytes - this.#link.unsentBytes);
  }

  drain(): void {
    this.#isDraining = true;
  }

  expireCalls(now: number): void {
    for (const exchange of this.#exchanges) exchange.expire(now);
  }

  abandon(): void {
    for (const exchange of this.#exchanges) exchange.abandon();
    this.#stream.destroy();
  }

  get #replyBytes(): number {
    return this.#exchanges.reduce((sum, { replyBytes }) => sum + replyBytes, 0);
  }

  #take(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const exchange: HttpExchange = new HttpExchange(request, response, {
      ...this.#options,
      http: this.#front.options,
      origin: { remoteAddress: this.#link.remoteAddress, transport: this.#link.isSecure ? "https" : "http" },
      expectsContinue,
      isDraining: () => this.#isDraining,
      isLast: () => this.#exchanges.at(-1) === exchange,
    });
    response.on("close", () => {
      this.#exchanges = this.#exchanges.filter((other) => other !== exchange);
      this.#startNext();
      this.#link.schedule();
    });
    this.#exchanges.push(exchange);
    this.#latest = request;
    this.#hasBegun = false;
    this.#isProgress = true;
    this.#startNext();
    this.#link.schedule();
  }

  #startNext(): void {
    for (const exchange of this.#exchanges.slice(0, this.#options.limits.maxCallsInFlight)) exchange.start();
  }

  /** Nothing behind this point can be understood; earlier requests are answered before. */
  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    const latest = this.#exchanges.at(-1);
    if (latest && !latest.isUnderWay)
      latest.refuse({ status: 400, message: "the request cannot be understood", headers: { connection: "close" } });
    // Of the body of a request that has its answer nobody waits for another.
    else this.#owesFailure = this.#latest?.complete !== false;
    this.#link.fail(new ProtocolError("invalid_data", `HTTP: ${error.message}`));
  }
}
