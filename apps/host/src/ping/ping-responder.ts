import type { Logger } from "@roombridge/service";
import type { CertificateSource } from "../tls/certificate.ts";
import { echoDatagrams } from "./echo-datagrams.ts";
import { echoMessages } from "./echo-messages.ts";
import { SourceLimit } from "./source-limit.ts";

/** A player who measures sends a few; behind one address may be a school. */
const LIMIT = { perSecond: 20, burst: 60, totalPerSecond: 5_000 };

/** Any free port for TCP may be taken for UDP. */
const ATTEMPTS = 20;

export interface PingResponder {
  readonly port: number;
  /** WebSockets, and what is about to become one. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export interface PingOptions {
  /** Without a message a WebSocket lasts so long. Default 10 s. */
  readonly idleMs?: number;
  /** And with messages so long. Default 60 s. */
  readonly lifetimeMs?: number;
  readonly host: string;
  /** 0: any that is free for both. */
  readonly port: number;
  readonly certificate: CertificateSource | undefined;
  readonly log: Logger;
}

/**
 * Lets players measure their distance: echoes WebSocket messages (Hathora's Discovery: `wss://host:port/ws`) and, on the same
 * number, UDP datagrams. Rejects when the port is taken.
 */
export async function openPingResponder(options: PingOptions): Promise<PingResponder> {
  const limit = new SourceLimit(LIMIT);
  for (let attempt = 1; ; attempt += 1) {
    const messages = await echoMessages({ ...options, limit });
    const { port } = messages;
    try {
      const datagrams = await echoDatagrams({ ...options, port, limit });
      return {
        port,
        connections: messages.connections,
        close: async () => void (await Promise.all([messages.close(), datagrams.close()])),
      };
    } catch (error) {
      await messages.close();
      if (options.port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}
