import { createServer, type Server, type Socket } from "node:net";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Dispatcher } from "./dispatcher.ts";
import { nobody, type OnServerEvent } from "./events.ts";
import { HttpFront, type HttpOptions } from "./http-front.ts";
import { completeLimits, type ServerLimits } from "./limits.ts";
import type { Processor } from "./processor.ts";
import { TlsFront, type TlsOptions } from "./tls-front.ts";
import { TurnEnd } from "./turn-end.ts";

export interface ThriftServerOptions {
  readonly processors: readonly Processor[];
  readonly limits?: Partial<ServerLimits>;
  readonly onEvent?: OnServerEvent;
  /** TLS 1.2 and 1.3 on the same port. */
  readonly tls?: TlsOptions;
  /** What becomes of clients that do not begin with TLS; by default they are accepted. */
  readonly plain?: "accept" | "refuse";
  /** Calls in the bodies of HTTP POST, on the same port; false: HTTP is refused. */
  readonly http?: HttpOptions | false;
  /** What becomes of clients that speak Thrift without HTTP around it; by default they are accepted. */
  readonly direct?: "accept" | "refuse";
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/** What a timer can wait; a longer time would be none. */
const LONGEST_TIMEOUT_MS = 0x7fff_ffff;

/**
 * A Thrift server for clients of every protocol here, framed, unframed and in HTTP, plain and in TLS, on one port, with plain
 * and multiplexed names.
 * Nothing a client sends ends the process.
 */
export class ThriftServer {
  readonly #server: Server;
  readonly #limits: ServerLimits;
  readonly #onEvent: OnServerEvent;
  readonly #dispatcher: Dispatcher;
  readonly #turnEnd = new TurnEnd();
  readonly #tls: TlsFront | undefined;
  readonly #http: HttpFront | undefined;
  readonly #isPlainAccepted: boolean;
  readonly #isDirectAccepted: boolean;
  /** Everybody who is here; in the TLS handshake a client has no connection. */
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  #sweep: NodeJS.Timeout | undefined;
  #bufferedBytes = 0;
  #isDraining = false;
  #closed: Promise<void> | undefined;
  #empty: (() => void) | undefined;

  /** Throws when a limit makes no sense or a certificate cannot be used. */
  constructor(options: ThriftServerOptions) {
    const { processors, limits, onEvent = nobody, tls, plain = "accept", http = {}, direct = "accept" } = options;
    this.#limits = completeLimits(limits);
    this.#isPlainAccepted = plain === "accept";
    this.#isDirectAccepted = direct === "accept";
    this.#http = http === false ? undefined : new HttpFront(http);
    this.#onEvent = guarded(onEvent);
    this.#dispatcher = new Dispatcher(processors);
    this.#tls = tls && this.#openTls(tls);
    // Half-open: a client that has sent its last call may close its side and still read the reply.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Received and unsent bytes of all connections and their calls together, which `maxBufferedBytes` limits. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /**
   * Uses other certificates for connections from now on; those that are open go on. Throws, and changes nothing, when the
   * certificates cannot be used, when `ca` comes or goes, or when the server was made without TLS.
   */
  reloadTls(tls: TlsOptions): void {
    if (!this.#tls) throw new TypeError("the server was made without TLS");
    this.#tls.reload(tls);
  }

  /** Resolves to the port; rejects with the system's error (EADDRINUSE, EACCES …). */
  async listen({ host = "127.0.0.1", port }: ListenOptions): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 511 }, () => {
        this.#server.off("error", reject);
        // Out of file descriptors, say: the connection at hand is lost, the server goes on.
        this.#server.on("error", (error) =>
          this.#onEvent({ type: "protocol_error", remoteAddress: "", message: error.message }),
        );
        resolve();
      });
    });
    const { firstByteTimeoutMs, messageTimeoutMs, idleTimeoutMs, sendTimeoutMs, handlerTimeoutMs } = this.#limits;
    const shortest = Math.min(firstByteTimeoutMs, messageTimeoutMs, idleTimeoutMs, sendTimeoutMs, handlerTimeoutMs);
    this.#sweep = setInterval(() => this.#enforceTimeouts(), Math.max(10, Math.min(1_000, shortest / 4)));
    this.#sweep.unref();
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /**
   * Stops accepting, answers what is under way, refuses new calls, and destroys what is left after `deadlineMs`. Later
   * calls wait for the first one.
   */
  close({ deadlineMs = 10_000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(deadlineMs);
    return this.#closed;
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    const isClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#tls?.drain();
    for (const connection of this.#connections) connection.drain();
    const deadline = setTimeout(
      () => {
        for (const socket of this.#sockets) socket.destroy();
      },
      Math.min(deadlineMs, LONGEST_TIMEOUT_MS),
    );
    await Promise.all([isClosed, this.#whenEmpty()]);
    clearTimeout(deadline);
    clearInterval(this.#sweep);
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= this.#limits.maxConnections) {
      this.#onEvent({
        type: "overload",
        remoteAddress: socket.remoteAddress ?? "",
        what: "connections",
      });
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    this.#serve(socket, { isSecure: false, ...(this.#tls && { onTls: this.#onTls }) });
  }

  readonly #onTls = (connection: Connection, socket: Socket): void => {
    this.#leave(connection);
    this.#tls?.accept(socket);
  };

  #openTls(tls: TlsOptions): TlsFront {
    const { handshakeTimeoutMs } = this.#limits;
    const onSecure = (socket: Socket) => this.#serve(socket, { isSecure: true });
    return new TlsFront({ tls, handshakeTimeoutMs, onEvent: this.#onEvent, onSecure });
  }

  #serve(socket: Socket, options: Pick<ConnectionOptions, "isSecure" | "onTls">): void {
    const connection = new Connection(socket, {
      dispatcher: this.#dispatcher,
      limits: this.#limits,
      turnEnd: this.#turnEnd,
      onEvent: this.#onEvent,
      onBuffered: (grown, change) => this.#account(grown, change),
      isPlainAccepted: this.#isPlainAccepted,
      isDirectAccepted: this.#isDirectAccepted,
      ...(this.#http && { http: this.#http }),
      ...options,
    });
    this.#connections.add(connection);
    socket.on("close", () => this.#leave(connection));
    if (this.#isDraining) connection.drain();
  }

  #leave(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#empty?.();
  }

  #account(connection: Connection, change: number): void {
    this.#bufferedBytes += change;
    if (change <= 0 || this.#bufferedBytes <= this.#limits.maxBufferedBytes) return;
    this.#onEvent({ type: "overload", remoteAddress: connection.remoteAddress, what: "bytes" });
    connection.destroy();
  }

  #enforceTimeouts(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.enforceTimeouts(now);
  }

  #whenEmpty(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#empty = resolve;
    });
  }
}

/** What the receiver of events throws must not end the process while a client is served. */
function guarded(onEvent: OnServerEvent): OnServerEvent {
  if (onEvent === nobody) return nobody;
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      process.emitWarning(
        `onEvent of a Thrift server threw: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
}
