import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { Certificate, CertificateSource } from "../tls/certificate.ts";
import { MAX_BYTES } from "./max-bytes.ts";
import { type SourceLimit, sourceOf } from "./source-limit.ts";

const MAX_CONNECTIONS = 1_024;
const MAX_PER_SOURCE = 32;
/** A handshake of TLS, and one of WebSocket. */
const HANDSHAKE_MS = 5_000;
const IDLE_MS = 10_000;
/** Who measures is done by then. */
const LIFETIME_MS = 60_000;
/** What a client that does not read may leave with us. */
const MAX_BUFFERED_BYTES = 4_096;

export interface MessageEcho {
  readonly port: number;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

interface Options {
  readonly host: string;
  readonly port: number;
  readonly certificate: CertificateSource | undefined;
  readonly limit: SourceLimit;
  readonly idleMs?: number;
  readonly lifetimeMs?: number;
}

/**
 * Accepts WebSockets at any path, with TLS if there is a certificate, and sends messages of at most 64 bytes back as they came.
 * Rejects when the port is taken.
 */
export async function echoMessages(options: Options): Promise<MessageEcho> {
  const { host, port, certificate, limit } = options;
  const { server, forgetCertificate } = createServer(certificate);
  const sockets = admitFew(server);
  const upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BYTES,
    perMessageDeflate: false,
    autoPong: false,
    clientTracking: false,
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!limit.take(addressOf(request.socket))) socket.destroy();
    else upgrader.handleUpgrade(request, socket, head, (client) => echo(client, request.socket, options));
  });
  server.on("request", (_, response) => {
    response.writeHead(426, { upgrade: "websocket", connection: "close", "content-length": 0 }).end();
  });
  server.on("clientError", (_, socket) => socket.destroy());
  server.listen({ port, host, exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    forgetCertificate();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    async close() {
      forgetCertificate();
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function createServer(certificate: CertificateSource | undefined) {
  const settings = { headersTimeout: HANDSHAKE_MS, requestTimeout: HANDSHAKE_MS, connectionsCheckingInterval: 1_000 };
  if (!certificate) return { server: createHttpServer(settings), forgetCertificate: () => {} };
  const context = contextOf(certificate.current());
  const server = createHttpsServer({ ...settings, ...context, handshakeTimeout: HANDSHAKE_MS });
  const forgetCertificate = certificate.subscribe((renewed) => server.setSecureContext(contextOf(renewed)));
  return { server, forgetCertificate };
}

/** So many connections in all, and a few of each source. Answers those that are open. */
function admitFew(server: HttpServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  server.maxConnections = MAX_CONNECTIONS;
  server.on("connection", (socket: Socket) => {
    const source = sourceOf(addressOf(socket));
    const count = counts.get(source) ?? 0;
    // Nothing more is heard of it, not even that it is broken.
    socket.on("error", () => {});
    if (count >= MAX_PER_SOURCE) {
      socket.destroy();
      return;
    }
    counts.set(source, count + 1);
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      const left = (counts.get(source) ?? 1) - 1;
      if (left > 0) counts.set(source, left);
      else counts.delete(source);
    });
  });
  return sockets;
}

function echo(client: WebSocket, socket: Socket, options: Options): void {
  const { limit, idleMs = IDLE_MS, lifetimeMs = LIFETIME_MS } = options;
  const address = addressOf(socket);
  const answer = (send: () => void) => {
    if (!limit.take(address)) return;
    if (client.bufferedAmount > MAX_BUFFERED_BYTES) client.terminate();
    else send();
  };
  const end = setTimeout(() => client.terminate(), lifetimeMs);
  socket.setTimeout(idleMs, () => client.terminate());
  // A message that is too long has already closed it.
  client.on("error", () => {});
  client.on("close", () => clearTimeout(end));
  client.on("message", (data: Buffer, isBinary) => answer(() => client.send(data, { binary: isBinary })));
  client.on("ping", (data: Buffer) => answer(() => client.pong(data)));
}

function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? "";
}

function contextOf({ cert, key }: Certificate) {
  return { cert, key, minVersion: "TLSv1.2" as const };
}
