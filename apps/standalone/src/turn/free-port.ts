import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const ATTEMPTS = 20;
const POLL_MS = 25;

/** A port that is free for UDP and TCP on this address; somebody may still take it before it is used. */
export async function findFreePort(host: string): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await bindTcp(host, 0);
    if (port !== undefined && (await isFree(host, port))) return port;
  }
  throw new Error(`no port of ${host} was free for both UDP and TCP in ${ATTEMPTS} attempts`);
}

/**
 * True when nobody holds the port for UDP or TCP. coturn itself does not notice: it binds with SO_REUSEPORT, and two of
 * them would share the packets.
 */
export async function isFree(host: string, port: number): Promise<boolean> {
  return (await bindTcp(host, port)) !== undefined && bindUdp(host, port);
}

/** True as soon as the port is free; false when it is not in time. */
export async function becomesFree(host: string, port: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await isFree(host, port)) return true;
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
}

/** The port that was bound for a moment; undefined when it is taken. */
async function bindTcp(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    return refuseUnlessTaken(error);
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : undefined;
}

async function bindUdp(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.bind({ address: host, port, exclusive: true });
  try {
    await once(socket, "listening");
  } catch (error) {
    refuseUnlessTaken(error);
    return false;
  }
  const closed = once(socket, "close");
  socket.close();
  await closed;
  return true;
}

/** An address that is not ours, or a port that needs rights, is not "taken". */
function refuseUnlessTaken(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return undefined;
  throw error;
}
