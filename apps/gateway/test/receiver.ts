import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { RoomEvent } from "@roombridge/models/api";

/** What a receiver of webhooks was told. */
export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: RoomEvent;
  readonly atMs: number;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that was accepted, in its order. */
  readonly accepted: Received[];
  /** Everything that came. */
  readonly received: Received[];
  /** How it answers; by default 204. */
  answer: (received: Received, response: ServerResponse) => void;
  /** Its connections break, and new ones are refused, until `comeBack`. */
  readonly goDown: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A real HTTP server on loopback. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const accepted: Received[] = [];
  let server: Server;
  let port = 0;
  const listen = async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const id = String(request.headers["webhook-id"]);
        const event = RoomEvent.parse(JSON.parse(body));
        const one: Received = { id, headers: request.headers, body, event, atMs: performance.now() };
        received.push(one);
        receiver.answer(one, response);
        if (response.writableEnded && response.statusCode < 300) accepted.push(one);
      });
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    port = typeof address === "object" && address ? address.port : 0;
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen();
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    accepted,
    answer: (_, response) => response.writeHead(204).end(),
    goDown: close,
    comeBack: listen,
    close,
  };
  return receiver;
}
