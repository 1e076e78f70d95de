import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { drawControlSecret, type HostControl } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import { answerWith, type Desk, serveRequest } from "./serve-request.ts";

/** For followers to read the last lines of what has just ended. */
const CLOSE_MS = 1_000;
const MAX_CONNECTIONS = 512;
/** Silence after which the kernel asks after a gateway. */
const KEEP_ALIVE_MS = 30_000;

export interface ControlListener {
  /** What gateways need to ask here. */
  readonly control: HostControl;
  /** Until now every request was answered with 503. */
  readonly serve: (desk: Desk) => void;
  /** Ends all answers, after a second at the latest. */
  readonly close: () => Promise<void>;
}

/**
 * Where gateways ask this host for logs and metrics of its processes. Plain HTTP: every request is signed, but who can
 * listen on the way can read logs. Rejects when the address is taken or not ours.
 */
export async function openControlListener(options: {
  readonly host: string;
  readonly port: number;
  /** Where gateways reach it, if that is another address. */
  readonly url: string | undefined;
  readonly log: Logger;
}): Promise<ControlListener> {
  const { host, port, url, log } = options;
  const secret = drawControlSecret();
  let desk: Desk | undefined;
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      // A gateway whose machine is gone would hold a log for ever.
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    },
    (request, response) => {
      if (desk) void serveRequest(desk, { secret, log }, { request, response });
      else answerWith(response, 503, "the host has not started yet");
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
  return {
    control: { url: url ?? urlOf(server), secret },
    serve: (opened) => (desk = opened),
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const timer = new AbortController();
  await Promise.race([closed, delay(CLOSE_MS, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
  server.closeAllConnections();
  await closed;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  const { address: host, family, port } = address;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}
