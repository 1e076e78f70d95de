import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const HOST = "127.0.0.1";
const ATTEMPTS = 50;

// Below the ports that systems give to outgoing connections (Linux from 32,768, macOS from 49,152): one of a busy
// neighbour's thousands would take the port again before the caller listens. Also below the default HOST_PORT_RANGE.
const LOWEST = 10_000;
const HIGHEST = 19_999;

/** A port of 127.0.0.1 that was free a moment ago, for TCP and for UDP, and that only a listener could take. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
  }
  throw new Error(`no port of ${HOST} is free for both TCP and UDP after ${ATTEMPTS} attempts`);
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, HOST, () => socket.close(() => resolve(true)));
  });
}
