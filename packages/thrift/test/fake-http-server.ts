import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { BinaryReader } from "../src/protocol/binary-reader.ts";
import type { MessageHeader } from "../src/protocol/protocol.ts";

export interface FakeHttpServer {
  readonly port: number;
  /** What was asked, with the lines of each head. */
  readonly calls: (MessageHeader & { readonly head: readonly string[] })[];
  readonly sockets: Socket[];
  readonly close: () => Promise<void>;
}

/** Hears calls over HTTP and does with them what a test wants. Understands requests with a Content-Length only. */
export async function fakeHttpServer(
  onCall: (call: MessageHeader, socket: Socket) => void,
  { port = 0, onConnection = () => {} }: { port?: number; onConnection?: (socket: Socket) => void } = {},
): Promise<FakeHttpServer> {
  const calls: FakeHttpServer["calls"] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    let rest = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const end = rest.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = rest.toString("latin1", 0, end).split("\r\n");
        const size = Number(/^content-length: (\d+)$/im.exec(head.join("\n"))?.[1]);
        if (rest.length < end + 4 + size) return;
        const call = new BinaryReader(rest.subarray(end + 4, end + 4 + size)).readMessageBegin();
        rest = rest.subarray(end + 4 + size);
        calls.push({ ...call, head });
        onCall(call, socket);
      }
    });
    onConnection(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(close);
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, calls, sockets, close };
}

/** A response with this body. */
export function response(body: Uint8Array, head: readonly string[] = [], status = "200 OK"): Buffer {
  const lines = [`HTTP/1.1 ${status}`, `Content-Length: ${body.length}`, ...head, "", ""];
  return Buffer.concat([Buffer.from(lines.join("\r\n")), body]);
}
