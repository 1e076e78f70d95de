import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { detectDialect } from "../../src/protocol/dialect.ts";
import { InputBuffer } from "../../src/protocol/input-buffer.ts";
import type { Dialect, Encoding } from "./dialects.ts";
import type { Exchange } from "./recorder.ts";

const LARGEST = 16_384_000;
const DEADLINE_MS = 10_000;

/**
 * Sends recorded requests to a server, one after the other; resolves to what it answers, over HTTP without the headers. Where
 * only a decoder could tell the end of a message it waits for as many bytes as were recorded, but not for ever.
 */
export async function ask(port: number, exchanges: readonly Exchange[], dialect: Dialect): Promise<readonly Buffer[]> {
  const answers: Buffer[] = [];
  let conversation = await Conversation.open(port);
  for (const { request, reply } of exchanges) {
    if (dialect.transport === "http") {
      // Some of these clients take a new connection for each call.
      conversation.close();
      conversation = await Conversation.open(port);
      conversation.say(request);
      const head = await conversation.hear((bytes) => {
        const end = bytes.indexOf("\r\n\r\n");
        return end < 0 ? Number.POSITIVE_INFINITY : end + 4;
      });
      const [, length = "0"] = /^content-length: (\d+)/im.exec(head.toString("latin1")) ?? [];
      answers.push(await conversation.hear(() => Number(length)));
    } else {
      conversation.say(request);
      answers.push(await conversation.hear((bytes) => sizeOf(bytes, dialect) ?? reply.length));
    }
  }
  conversation.close();
  return answers;
}

/** The length of the message that begins the bytes, infinite while it is not there; undefined where only its decoder knows. */
function sizeOf(bytes: Buffer, { transport, encoding }: Dialect): number | undefined {
  if (transport === "framed" || transport === "header")
    return bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt32BE(0);
  return encoding === "json" ? sizeOfJson(bytes) : undefined;
}

function sizeOfJson(bytes: Buffer): number {
  try {
    JSON.parse(bytes.toString());
    return bytes.length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

class Conversation {
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
  }

  static async open(port: number): Promise<Conversation> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    return new Conversation(socket);
  }

  say(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** `sizeOf` answers how many bytes are wanted, infinitely many while it cannot tell yet. */
  async hear(sizeOf: (bytes: Buffer) => number): Promise<Buffer> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    let size = sizeOf(this.#unread);
    while (this.#unread.length < size) {
      const chunk: unknown[] | undefined = await once(this.#socket, "data", { signal }).catch(() => undefined);
      if (!chunk) break;
      this.#unread = Buffer.concat([this.#unread, chunk[0] as Buffer]);
      size = sizeOf(this.#unread);
    }
    const heard = this.#unread.subarray(0, size);
    this.#unread = this.#unread.subarray(size);
    return heard;
  }

  close(): void {
    this.#socket.destroy();
  }
}

export interface Impostor {
  readonly port: number;
  /** What it was asked, by exchanges. */
  readonly requests: readonly Buffer[];
  readonly close: () => Promise<void>;
}

/** A server that answers what was recorded as soon as a request of the recorded length has come. */
export async function impersonate(exchanges: readonly Exchange[]): Promise<Impostor> {
  const requests: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let heard = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const { request, reply } = exchanges[requests.length] ?? {};
      if (!request || !reply || heard.length < request.length) return;
      requests.push(heard);
      heard = Buffer.alloc(0);
      socket.write(reply);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: typeof address === "object" && address !== null ? address.port : 0, requests, close };
}

/** What HTTP or THeader carry; anything else is what it is. */
export function payloadOf(bytes: Buffer, { transport }: Dialect): Buffer {
  if (transport === "http") return bytes.subarray(bytes.indexOf("\r\n\r\n") + 4);
  return transport === "header" ? Buffer.concat(payloadsOf(bytes)) : bytes;
}

/** Behind a frame's length (4 bytes), magic and flags (4) and sequence number (4) stands the length of its header in words. */
function payloadsOf(frames: Buffer): readonly Buffer[] {
  if (frames.length === 0) return [];
  const end = 4 + frames.readUInt32BE(0);
  return [frames.subarray(14 + 4 * frames.readUInt16BE(12), end), ...payloadsOf(frames.subarray(end))];
}

/**
 * The messages of a stream without what is each library's own: the sequence numbers, and whether a oneway call says that it
 * is one (Go's does not).
 */
export function messagesOf(stream: Buffer, { encoding }: Dialect): readonly unknown[] {
  const dialect = detectDialect(stream, LARGEST);
  if (!dialect) throw new Error("the stream has no message");
  const input = new InputBuffer();
  input.append(stream);
  const messages: unknown[] = [];
  for (let message = dialect.next(input); message; message = dialect.next(input))
    messages.push(neutral(message, encoding));
  return [...messages, input.view().toString("hex")];
}

function neutral(message: Buffer, encoding: Encoding): unknown {
  switch (encoding) {
    case "binary": {
      const end = 8 + message.readUInt32BE(4);
      return `${message.toString("hex", 4, end)} … ${message.toString("hex", end + 4)}`;
    }
    case "compact": {
      let end = 2;
      while (message.readUInt8(end) >= 0x80) end += 1;
      return message.toString("hex", end + 1);
    }
    case "json": {
      // Spaces are free, and so are the form of a number and the padding of base64.
      const [, name, , , body] = JSON.parse(message.toString().replaceAll(/={1,2}"/g, '"')) as unknown[];
      return [name, body];
    }
    case "old-binary": {
      const end = 4 + message.readUInt32BE(0);
      return `${message.toString("hex", 4, end)} … ${message.toString("hex", end + 5)}`;
    }
  }
}
