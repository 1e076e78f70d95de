import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { createApp, type Gateway } from "./app.ts";
import { errorAnswer } from "./error-response.ts";
import { dropSlowReaders } from "./slow-readers.ts";

/** How long after the first signal new connections are still served, so that busy clients and balancers see the end come. */
const NOTICE_MS = 500;
/** Silence after which the kernel asks after a caller. */
const KEEP_ALIVE_MS = 30_000;
const MAX_CONNECTIONS = 10_000;
/** More are told of once a minute. */
const TELL_MS = 60_000;

export interface Listener {
  /** The real port, also when port 0 was asked for. */
  readonly port: number;
  /** Answers what has arrived and closes its connections. */
  drain(): Promise<void>;
}

/** Serves the gateway. Rejects when the address is taken or not ours. */
export async function listen(
  gateway: Gateway,
  address: { readonly host: string; readonly port: number; readonly maxConnections?: number },
): Promise<Listener> {
  const closing = new AbortController();
  const app = createApp({ ...gateway, closing: closing.signal });
  const respond = getRequestListener(app.fetch, { hostname: "localhost", errorHandler: badRequest });
  const server = createServer(
    // Longer than the idle time-outs of common balancers, which would else send into a connection that we just closed.
    {
      keepAliveTimeout: 75_000,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 5_000,
      // A caller whose machine is gone would hold a stream for ever.
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    },
    (incoming, outgoing) => void respond(incoming, outgoing),
  );
  boundConnections(server, gateway, address.maxConnections);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(address.port, address.host, resolve);
  await promise;
  server.off("error", reject);
  return { port: portOf(server), drain: () => drain(gateway, server, closing) };
}

/** Neither clients that read nothing nor ones that are too many may use up memory and descriptors. */
function boundConnections(server: Server, { log }: Gateway, maxConnections = MAX_CONNECTIONS): void {
  server.maxConnections = maxConnections;
  let toldAt = -Infinity;
  server.on("drop", () => {
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    log.warn({ maxConnections }, "connections are closed at once: there are as many as GATEWAY_MAX_CONNECTIONS allows");
  });
  dropSlowReaders(server, {
    onDrop: ({ remoteAddress }) =>
      log.info({ client: remoteAddress }, "a connection is closed: nobody reads its answer"),
  });
}

async function drain({ lifecycle }: Gateway, server: Server, closing: AbortController): Promise<void> {
  lifecycle.isDraining = true;
  await delay(NOTICE_MS);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  closing.abort();
  await closed;
}

/** For what Node's parser accepts but no URL can be made of, such as a broken Host header. */
function badRequest(): Response {
  const { status, body } = errorAnswer(400, "malformed HTTP request");
  return Response.json(body, { status });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return address.port;
}
