import { createServer, type Server, type Socket } from "node:net";
import { Connection } from "./connection.ts";
import { Dispatcher, type Processor } from "./dispatcher.ts";
import type { OnServerEvent } from "./events.ts";
import { completeLimits, type ServerLimits } from "./limits.ts";

export interface ThriftServerOptions {
  readonly processors: readonly Processor[];
  readonly limits?: Partial<ServerLimits>;
  readonly onEvent?: OnServerEvent;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * A Thrift server for clients of every protocol here, framed and unframed, on one port, with plain and multiplexed names.
 * Nothing a client sends ends the process.
 */
export class ThriftServer {
  readonly #server: Server;
  readonly #limits: ServerLimits;
  readonly #onEvent: OnServerEvent;
  readonly #dispatcher: Dispatcher;
  readonly #connections = new Set<Connection>();
  #sweep: NodeJS.Timeout | undefined;
  #bufferedBytes = 0;
  #isDraining = false;
  #closed: Promise<void> | undefined;
  #empty: (() => void) | undefined;

  constructor({ processors, limits, onEvent = () => {} }: ThriftServerOptions) {
    this.#limits = completeLimits(limits);
    this.#onEvent = guarded(onEvent);
    this.#dispatcher = new Dispatcher(processors);
    // Half-open: a client that has sent its last call may close its side and still read the reply.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections.size;
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
    const { firstByteTimeoutMs, messageTimeoutMs, idleTimeoutMs, handlerTimeoutMs } = this.#limits;
    const shortest = Math.min(firstByteTimeoutMs, messageTimeoutMs, idleTimeoutMs, handlerTimeoutMs);
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
    for (const connection of this.#connections) connection.drain();
    const deadline = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, deadlineMs);
    await Promise.all([isClosed, this.#whenEmpty()]);
    clearTimeout(deadline);
    clearInterval(this.#sweep);
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#limits.maxConnections) {
      this.#onEvent({
        type: "overload",
        remoteAddress: socket.remoteAddress ?? "",
        what: "connections",
      });
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, {
      dispatcher: this.#dispatcher,
      limits: this.#limits,
      onEvent: this.#onEvent,
      onBuffered: (grown, change) => this.#account(grown, change),
    });
    this.#connections.add(connection);
    socket.on("close", () => {
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.#empty?.();
    });
    if (this.#isDraining) connection.drain();
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
