import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An HTTP answer, taken apart as far as its framing demands. */
export interface RawAnswer {
  readonly status: number;
  /** Everything before the body. */
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are, one request after the other, over a connection that is kept while the server keeps it. */
export class KeptConnection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #isEnded = false;
  #changed = () => {};

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * The answer to a request. Throws when the server closes without one; a kept connection may have been closed before the
   * request came, so there it is sent again on a new one.
   */
  async send(request: Buffer, method: string): Promise<RawAnswer> {
    const isKept = this.#socket !== undefined && !this.#isEnded;
    return (
      (await this.#exchange(request, method)) ?? (isKept ? await this.#exchange(request, method) : undefined) ?? lost()
    );
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #exchange(request: Buffer, method: string): Promise<RawAnswer | undefined> {
    if (!this.#socket || this.#isEnded) await this.#open();
    this.#socket?.write(request);
    for (;;) {
      const answer = readAnswer(this.#received, method, this.#isEnded);
      if (answer) {
        this.#received = this.#received.subarray(answer.length);
        if (/^connection: close/im.test(answer.head)) this.close();
        return answer;
      }
      if (this.#isEnded) {
        this.close();
        return undefined;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#changed = resolve;
      await promise;
    }
  }

  async #open(): Promise<void> {
    this.close();
    const socket = connect(this.#port, "127.0.0.1");
    this.#socket = socket;
    this.#received = Buffer.alloc(0);
    this.#isEnded = false;
    const isCurrent = () => this.#socket === socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      if (!isCurrent()) return;
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    socket.on("close", () => {
      if (!isCurrent()) return;
      this.#isEnded = true;
      this.#changed();
    });
    await once(socket, "connect");
  }
}

function lost(): never {
  throw new Error("the server closed the connection without an answer");
}

/** The first answer in what came, with its length in bytes; undefined while it is not whole. */
function readAnswer(received: Buffer, method: string, isEnded: boolean): (RawAnswer & { length: number }) | undefined {
  const headEnd = received.indexOf("\r\n\r\n") + 4;
  if (headEnd < 4) return undefined;
  const head = received.toString("latin1", 0, headEnd);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  if (status < 200) {
    const next = readAnswer(received.subarray(headEnd), method, isEnded);
    return next && { ...next, length: next.length + headEnd };
  }
  const answer = (length: number, body = received.toString("utf8", headEnd, length)) => ({
    status,
    head,
    body,
    length,
  });
  if (method === "HEAD" || status === 204 || status === 304) return answer(headEnd);
  // It has no end.
  if (/^content-type: text\/event-stream/im.test(head)) return answer(received.length, "");
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    const end = headEnd + Number(length);
    return received.length < end ? undefined : answer(end);
  }
  if (/^transfer-encoding: chunked/im.test(head)) return readChunks(received, headEnd, answer);
  return isEnded ? answer(received.length) : undefined;
}

function readChunks<T>(received: Buffer, start: number, answer: (length: number, body: string) => T): T | undefined {
  let body = "";
  for (let at = start; ;) {
    const lineEnd = received.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(received.toString("latin1", at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (received.length < end + 2) return undefined;
    if (size === 0) return answer(end + 2, body);
    body += received.toString("utf8", lineEnd + 2, end);
    at = end + 2;
  }
}
