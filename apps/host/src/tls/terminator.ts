import { once } from "node:events";
import type { Socket } from "node:net";
import { createServer, type Server } from "node:tls";
import type { TlsRoute } from "../provider/provider.ts";
import type { Certificate, CertificateSource } from "./certificate.ts";
import { forward } from "./forward.ts";

const HANDSHAKE_MS = 10_000;
/** For each port: two open files for each, and nobody's port shall take all that the host has. */
const MAX_CONNECTIONS = 4_096;

export interface Terminator {
  /** Breaks all connections; the port is free afterwards. */
  readonly close: () => Promise<void>;
}

/** Terminates TLS 1.2 and 1.3 on a port. Rejects when somebody else holds it. */
export async function openTerminator(
  { port, plainPort }: TlsRoute,
  options: {
    readonly certificate: CertificateSource;
    /** Undefined: all addresses. */
    readonly host: string | undefined;
  },
): Promise<Terminator> {
  const { certificate, host } = options;
  const sockets = new Set<Socket>();
  const server = createServer({
    ...contextOf(certificate.current()),
    handshakeTimeout: HANDSHAKE_MS,
    allowHalfOpen: true,
    noDelay: true,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("secureConnection", (player) => forward(player, plainPort));
  // Whoever speaks no TLS, or none of ours, is of no interest to anybody here.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.listen({ port, ...(host === undefined ? {} : { host }) });
  await once(server, "listening");
  const unsubscribe = certificate.subscribe((renewed) => server.setSecureContext(contextOf(renewed)));
  return {
    close() {
      unsubscribe();
      return close(server, sockets);
    },
  };
}

function contextOf({ cert, key }: Certificate) {
  return { cert, key, minVersion: "TLSv1.2" as const };
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
