import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";

export interface HttpOptions {
  /** Where calls are taken; by default on every path. */
  readonly path?: string;
  /**
   * Whether the bearer of this token may call; undefined for a request without one. If it throws, the caller is told to try
   * again. By default everybody may call. Header names are in lower case.
   */
  readonly authenticate?: (token: string | undefined, headers: IncomingHttpHeaders) => boolean | Promise<boolean>;
}

/** What becomes of the requests of one connection. */
export interface HttpReceiver {
  readonly take: (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void;
  /** The bytes are no HTTP. */
  readonly fail: (error: Error) => void;
}

/** Node's HTTP server, for connections that others have accepted and keep the time of. */
export class HttpFront {
  readonly options: HttpOptions;
  readonly #server: Server;
  readonly #receivers = new WeakMap<Duplex, HttpReceiver>();

  constructor(options: HttpOptions) {
    this.options = options;
    this.#server = createServer({
      // Whoever holds the connection keeps the time.
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      // Node's own refusal would pass us by.
      requireHostHeader: false,
    });
    const take = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) =>
      this.#receivers.get(request.socket)?.take(request, response, expectsContinue);
    this.#server.on("request", (request, response) => take(request, response, false));
    this.#server.on("checkContinue", (request, response) => take(request, response, true));
    this.#server.on("checkExpectation", (request, response) => take(request, response, false));
    this.#server.on("clientError", (error, stream) => this.#receivers.get(stream)?.fail(error));
  }

  /** Parses what comes out of the stream and writes responses to it, in the order of their requests. */
  accept(stream: Duplex, receiver: HttpReceiver): void {
    this.#receivers.set(stream, receiver);
    this.#server.emit("connection", stream);
  }
}
