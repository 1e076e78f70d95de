import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Dialect } from "../protocol/dialect.ts";
import { InputBuffer } from "../protocol/input-buffer.ts";
import type { MessageReader } from "../protocol/message-input.ts";

/** Certificates in PEM. */
export interface ClientTlsOptions {
  /** Authorities that may vouch for the server; by default the public ones. */
  readonly ca?: string | Buffer;
  /** The client's own certificate and key, for servers that demand one. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Name that the server's certificate must bear; by default the host. */
  readonly serverName?: string;
}

export interface ClientConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** TLS 1.2 or newer; without it the connection is plain. */
  readonly tls?: ClientTlsOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly dialect: Dialect;
  /** One complete message. What it throws ends the connection, with the error as the cause. */
  readonly onMessage: (message: MessageReader) => void;
  /** Called once, when an established connection ends; the cause is undefined if the server ended it in order. */
  readonly onGone: (cause: unknown) => void;
}

/** A socket that yields whole messages. */
export class ClientConnection {
  /** Rejects with the system's error when there is no connection. */
  readonly opened: Promise<void>;
  /** Resolves when the socket is gone, however it ended. */
  readonly closed: Promise<void>;
  /** Takes no new calls. */
  isRetired = false;
  /** Calls that were sent and are not settled. */
  waiting = 0;
  /** By `performance.now()`, like `lastMessageAt`. */
  openedAt = -Infinity;
  /** Of whole messages: bytes alone prove nothing, they may belong to a message that never ends. */
  lastMessageAt = -Infinity;
  readonly #socket: Socket;
  readonly #options: ClientConnectionOptions;
  readonly #input = new InputBuffer();
  #isOpen = false;
  #isGone = false;

  constructor(options: ClientConnectionOptions) {
    const { connectTimeoutMs } = options;
    this.#options = options;
    const socket = openSocket(options);
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    // After the server's end no answer can come, even if it would still read.
    socket.on("end", () => this.#gone(undefined));
    socket.on("close", () => this.#gone(undefined));
    this.closed = new Promise((resolve) => void socket.on("close", () => resolve()));
    this.opened = new Promise((resolve, reject) => {
      // Only the time to connect is limited here; calls have their own deadlines.
      socket.on("timeout", () => reject(new Error(`no connection within ${connectTimeoutMs} ms`)));
      socket.on(options.tls ? "secureConnect" : "connect", () => {
        socket.setTimeout(0);
        this.#isOpen = true;
        this.openedAt = performance.now();
        resolve();
      });
      socket.on("error", (error) => {
        reject(error);
        this.#gone(error);
      });
      socket.on("close", () => reject(new Error("the connection was closed")));
    });
  }

  /** Messages of the same turn leave together. */
  write(message: Buffer, onWritten: () => void): void {
    const socket = this.#socket;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(message, (error) => {
      if (!error) onWritten();
    });
  }

  destroy(): void {
    this.#isGone = true;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#isGone) return;
    try {
      this.#input.append(chunk);
      const { dialect, onMessage } = this.#options;
      for (let message = dialect.read(this.#input); message; message = dialect.read(this.#input)) {
        this.lastMessageAt = performance.now();
        onMessage(message);
      }
    } catch (error) {
      this.#gone(error);
    }
  }

  #gone(cause: unknown): void {
    if (this.#isGone) return;
    this.destroy();
    if (this.#isOpen) this.#options.onGone(cause);
  }
}

function openSocket({ host, port, tls, connectTimeoutMs }: ClientConnectionOptions): Socket {
  const target = { host, port, timeout: connectTimeoutMs };
  if (!tls) return connect({ ...target, noDelay: true, keepAlive: true });
  const { ca, cert, key, serverName } = tls;
  const socket = connectTls({
    ...target,
    ca,
    cert,
    key,
    minVersion: "TLSv1.2",
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  return socket.setNoDelay(true).setKeepAlive(true);
}
