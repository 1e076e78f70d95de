import type { Socket } from "node:net";

/** The sockets that an agent of node:http has made. */
export class HttpSockets {
  readonly #isSecure: boolean;
  readonly #connectTimeoutMs: number;
  readonly #known = new Set<Socket>();
  /** When each was connected, by `performance.now()`; kept until nobody asks for it any more. */
  readonly #openedAt = new WeakMap<Socket, number>();
  readonly #open = new Set<Socket>();

  constructor({ isSecure, connectTimeoutMs }: { readonly isSecure: boolean; readonly connectTimeoutMs: number }) {
    this.#isSecure = isSecure;
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** Those that are connected. */
  get size(): number {
    return this.#open.size;
  }

  /** Undefined for one that never was. */
  openedAt(socket: Socket): number | undefined {
    return this.#openedAt.get(socket);
  }

  /** To be called for the socket of each request. */
  watch(socket: Socket): void {
    if (this.#known.has(socket)) return;
    this.#known.add(socket);
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${this.#connectTimeoutMs} ms`)),
      Math.min(this.#connectTimeoutMs, 0x7fff_ffff),
    );
    socket.once(this.#isSecure ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      this.#open.add(socket);
      this.#openedAt.set(socket, performance.now());
    });
    socket.once("close", () => {
      clearTimeout(timer);
      this.#known.delete(socket);
      this.#open.delete(socket);
    });
  }

  /** Resolves when all that are known now are closed. */
  async closed(): Promise<void> {
    const sockets = [...this.#known].map((socket) => new Promise((resolve) => void socket.once("close", resolve)));
    await Promise.all(sockets);
  }
}
