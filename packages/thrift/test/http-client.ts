import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A client that can say anything over HTTP, and that notes what it hears. Understands answers with a Content-Length only. */
export class HttpClient {
  readonly socket: Socket;
  readonly answers: HttpAnswer[] = [];
  isEnded = false;
  isClosed = false;
  #rest = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#takeAnswer());
    });
    socket.on("end", () => {
      this.isEnded = true;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  static async open(port: number): Promise<HttpClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    return new HttpClient(socket);
  }

  send(...chunks: readonly (Uint8Array | string)[]): void {
    this.socket.write(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string))));
  }

  get isGone(): boolean {
    return this.isEnded || this.isClosed;
  }

  get statuses(): readonly number[] {
    return this.answers.map(({ status }) => status);
  }

  #takeAnswer(): boolean {
    const end = this.#rest.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [statusLine = "", ...lines] = this.#rest.toString("latin1", 0, end).split("\r\n");
    const headers = Object.fromEntries(lines.map((line) => [line.split(": ")[0]?.toLowerCase(), line.split(": ")[1]]));
    const status = Number(statusLine.split(" ")[1]);
    const size = status === 100 ? 0 : Number(headers["content-length"]);
    if (Number.isNaN(size)) throw new Error(`an answer without length: ${lines.join(", ")}`);
    if (this.#rest.length < end + 4 + size) return false;
    this.answers.push({ status, headers, body: this.#rest.subarray(end + 4, end + 4 + size) });
    this.#rest = this.#rest.subarray(end + 4 + size);
    return true;
  }
}

/** A request with one message in its body. A header that is "" is left out. */
export function post(
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  line = "POST / HTTP/1.1",
): Buffer {
  const all = {
    Host: "localhost",
    "Content-Type": "application/x-thrift",
    "Content-Length": String(body.length),
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== "");
  const head = [line, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head), body]);
}

/** The same with the body in chunks of one byte. */
export function postChunked(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Buffer {
  const head = post(Buffer.alloc(0), { ...headers, "Content-Length": "", "Transfer-Encoding": "chunked" });
  const chunks = [...body].map((byte) => Buffer.concat([Buffer.from("1\r\n"), Buffer.of(byte), Buffer.from("\r\n")]));
  return Buffer.concat([head, ...chunks, Buffer.from("0\r\n\r\n")]);
}
