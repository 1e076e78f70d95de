import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { BinaryReader } from "../src/protocol/binary-reader.ts";
import { openDialect } from "../src/protocol/dialect.ts";
import { InputBuffer } from "../src/protocol/input-buffer.ts";
import type { MessageHeader } from "../src/protocol/protocol.ts";

export interface FakeServer {
  readonly port: number;
  readonly calls: MessageHeader[];
  readonly sockets: Socket[];
  readonly close: () => Promise<void>;
}

/** Hears framed calls and does with them what a test wants. */
export async function fakeServer(
  onCall: (call: MessageHeader, socket: Socket) => void,
  { port = 0, onConnection = () => {} }: { port?: number; onConnection?: (socket: Socket) => void } = {},
): Promise<FakeServer> {
  const calls: MessageHeader[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    const input = new InputBuffer();
    const dialect = openDialect("binary", { isFramed: true, maxMessageBytes: 1_000_000 });
    socket.on("data", (chunk: Buffer) => {
      input.append(chunk);
      for (let message = dialect.next(input); message; message = dialect.next(input)) {
        const call = new BinaryReader(message).readMessageBegin();
        calls.push(call);
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
