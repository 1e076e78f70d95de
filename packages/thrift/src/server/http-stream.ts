import { Duplex } from "node:stream";

export interface HttpStreamHandlers {
  /** More may be pushed. */
  readonly onWanted: () => void;
  /** Sends bytes and then calls `done`. */
  readonly send: (bytes: Uint8Array, done: () => void) => void;
  /** Node has sent its last response. */
  readonly onEnd: () => void;
  /** Node has given up on the connection. */
  readonly onDestroyed: () => void;
}

/** What node:http takes for a socket. It reads only what is given to it, so that the limits of the connection hold. */
export class HttpStream extends Duplex {
  readonly #handlers: HttpStreamHandlers;
  #wantsMore = false;

  constructor(handlers: HttpStreamHandlers) {
    super({ allowHalfOpen: true });
    this.#handlers = handlers;
  }

  get wantsMore(): boolean {
    return this.#wantsMore;
  }

  give(bytes: Buffer): void {
    this.#wantsMore = false;
    this.push(bytes);
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#handlers.onWanted();
  }

  override _write(bytes: Uint8Array, _encoding: string, done: () => void): void {
    this.#handlers.send(bytes, done);
  }

  /** Head and body of a response leave together. */
  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: () => void): void {
    this.#handlers.send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#handlers.onEnd();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#handlers.onDestroyed();
    done(error);
  }
}
