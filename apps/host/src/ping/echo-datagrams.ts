import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Logger } from "@roombridge/service";
import { MAX_BYTES } from "./max-bytes.ts";
import type { SourceLimit } from "./source-limit.ts";

/** Below are services that answer whatever comes: an echo of theirs would be echoed for ever (CVE-2024-2169). */
const FIRST_CLIENT_PORT = 1_024;

/** Sends datagrams of 1 to 64 bytes back as they came. Rejects when the port is taken. */
export async function echoDatagrams(options: {
  readonly host: string;
  readonly port: number;
  readonly limit: SourceLimit;
  readonly log: Logger;
}): Promise<{ readonly close: () => Promise<void> }> {
  const { host, port, limit, log } = options;
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  let ownPort = 0;
  socket.on("message", (message, from) => {
    if (message.length === 0 || message.length > MAX_BYTES || from.port < FIRST_CLIENT_PORT) return;
    // Mostly another responder of ours, in whose name somebody asks: the two would go on for ever.
    if (from.port === ownPort) return;
    if (!limit.take(from.address)) return;
    // What cannot be sent is lost, as datagrams may be.
    socket.send(message, from.port, from.address, () => {});
  });
  const listening = once(socket, "listening");
  socket.bind({ port, address: host, exclusive: true });
  try {
    await listening;
  } catch (error) {
    await closed(socket);
    throw error;
  }
  ownPort = socket.address().port;
  socket.on("error", (error) => log.warn({ err: error }, "the socket that echoes datagrams has failed"));
  return { close: () => closed(socket) };
}

async function closed(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.close(resolve);
  await promise;
}
