import { setTimeout as pause } from "node:timers/promises";
import type { Dialect } from "../protocol/dialect.ts";
import type { MessageReader } from "../protocol/message-input.ts";
import { Backoff } from "./backoff.ts";
import { ClientConnection, type ClientConnectionOptions } from "./client-connection.ts";
import { TransportError } from "./transport-error.ts";

export interface ConnectionPoolOptions extends Omit<ClientConnectionOptions, "dialect" | "onMessage" | "onGone"> {
  /** For each connection its own. */
  readonly openDialect: () => Dialect;
  /** The most that take new calls at once. */
  readonly connections: number;
  /** What it throws ends the connection, with the error as the cause. */
  readonly onMessage: (connection: ClientConnection, message: MessageReader) => void;
  /** Called once for each connection that was established and ended by itself. */
  readonly onLost: (connection: ClientConnection, cause: unknown) => void;
}

/**
 * The connections to one server. Whoever needs one waits for a new one only while there is none at all: further ones are
 * opened in the background, when all are busy, so that one that cannot be made fails nobody.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  /** All that are not gone: open, opening, and those that only wait for the answers to their last calls. */
  readonly #connections = new Set<ClientConnection>();
  /** Those that take new calls. */
  readonly #available = new Set<ClientConnection>();
  readonly #backoff = new Backoff();
  readonly #closing = new AbortController();
  #opening: Promise<ClientConnection> | undefined;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** The least busy connection; undefined when there is none, see `open`. */
  pick(): ClientConnection | undefined {
    let best: ClientConnection | undefined;
    for (const connection of this.#available) if (!best || connection.waiting < best.waiting) best = connection;
    const isGrowing = best && best.waiting > 0 && this.#available.size < this.#options.connections;
    // Nobody waits for it, and the backoff has noted its failure.
    if (isGrowing && this.#backoff.pauseMs === 0) this.open().catch(() => {});
    return best;
  }

  /** A new connection, after the pause that the last failure demands; one at a time. Throws TransportError `unreachable`. */
  open(): Promise<ClientConnection> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** To be called for each answer. */
  answered({ openedAt }: ClientConnection): void {
    this.#backoff.answered(openedAt);
  }

  /** To be called when a call on the connection is settled. */
  release(connection: ClientConnection): void {
    connection.waiting -= 1;
    if (connection.isRetired && connection.waiting === 0) connection.destroy();
  }

  /** The connection takes no new calls; those on it keep their chance. */
  retire(connection: ClientConnection): void {
    connection.isRetired = true;
    this.#available.delete(connection);
  }

  /** Ends all connections, and resolves when they are gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connections = [...this.#connections];
    for (const connection of connections) {
      this.retire(connection);
      connection.destroy();
    }
    await Promise.all(connections.map(({ closed }) => closed));
  }

  async #open(): Promise<ClientConnection> {
    const { signal } = this.#closing;
    const { host, port } = this.#options;
    // Rejects when the client is closed; its calls are settled by then.
    if (this.#backoff.pauseMs > 0) await pause(this.#backoff.pauseMs, undefined, { signal });
    signal.throwIfAborted();
    const connection = this.#connect();
    try {
      await connection.opened;
      if (connection.isRetired) throw new Error("the connection was lost at once");
    } catch (error) {
      connection.destroy();
      this.#backoff.failed();
      throw new TransportError("unreachable", `no connection to ${host}:${port}`, error);
    }
    this.#available.add(connection);
    return connection;
  }

  #connect(): ClientConnection {
    const { onMessage, onLost, openDialect, ...options } = this.#options;
    const connection: ClientConnection = new ClientConnection({
      ...options,
      dialect: openDialect(),
      onMessage: (message) => onMessage(connection, message),
      onGone: (cause) => {
        this.retire(connection);
        // A server that takes connections and drops them unanswered is as good as none.
        if (cause !== undefined || connection.lastMessageAt < 0) this.#backoff.failed();
        onLost(connection, cause);
      },
    });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }
}
