import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { detectDialect } from "../../src/protocol/dialect.ts";
import { InputBuffer } from "../../src/protocol/input-buffer.ts";
import type { Exchange } from "./recorder.ts";

const LARGEST = 16_384_000;
const DEADLINE_MS = 10_000;

/** Sends recorded requests to a server, one after the other; resolves to as many bytes as the recorded reply has, or less. */
export async function ask(port: number, exchanges: readonly Exchange[]): Promise<readonly Buffer[]> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  const answers: Buffer[] = [];
  let unread = Buffer.alloc(0);
  for (const { request, reply } of exchanges) {
    socket.write(request);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    while (unread.length < reply.length) {
      const chunk = await once(socket, "data", { signal }).catch(() => undefined);
      if (!chunk) break;
      unread = Buffer.concat([unread, chunk[0] as Buffer]);
    }
    answers.push(unread.subarray(0, reply.length));
    unread = unread.subarray(reply.length);
  }
  socket.destroy();
  return answers;
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

/**
 * The messages of a stream, in hexadecimal digits, without what is each library's own: the sequence numbers, and whether a
 * oneway call says so (Go's does not).
 */
export function unnumbered(stream: Buffer): readonly string[] {
  const dialect = detectDialect(stream, LARGEST);
  if (!dialect) throw new Error("the stream has no message");
  const input = new InputBuffer();
  input.append(stream);
  const messages: string[] = [];
  for (let message = dialect.next(input); message; message = dialect.next(input)) {
    const header = 8 + message.readUInt32BE(4);
    messages.push(`${message.toString("hex", 4, header)} … ${message.toString("hex", header + 4)}`);
  }
  return [...messages, input.view().toString("hex")];
}
