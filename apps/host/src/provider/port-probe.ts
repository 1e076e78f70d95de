import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Those of these ports that somebody on this machine holds, for TCP or UDP, on any address. */
export async function findTakenPorts(ports: readonly number[]): Promise<number[]> {
  const isFree = await Promise.all(ports.map(isPortFree));
  return ports.filter((_port, n) => !isFree[n]);
}

async function isPortFree(port: number): Promise<boolean> {
  return (await isTcpPortFree(port)) && (await isUdpPortFree(port));
}

function isTcpPortFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    // Without an address Node listens on "::" for both families, or on 0.0.0.0 where there is no IPv6.
    server.listen({ port, exclusive: true }, () => server.close(() => done(true)));
  });
}

async function isUdpPortFree(port: number): Promise<boolean> {
  const first = await bindUdp("udp6", port);
  return first === "no_ipv6" ? (await bindUdp("udp4", port)) === "free" : first === "free";
}

function bindUdp(family: "udp4" | "udp6", port: number): Promise<"free" | "taken" | "no_ipv6"> {
  return new Promise((done) => {
    const socket = createSocket(family);
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      done(family === "udp6" && error.code !== "EADDRINUSE" && error.code !== "EACCES" ? "no_ipv6" : "taken");
    });
    socket.bind({ port, exclusive: true }, () => socket.close(() => done("free")));
  });
}
