import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";

/** What fits into one packet on nearly every path; an answer is never larger than its question. */
const MAX_DATAGRAM_BYTES = 1_200;

export interface UdpServer {
  readonly port: number;
  close(): void;
}

/** Sends every datagram of at most 1,200 bytes back to its sender; larger ones are dropped. Throws when the port is taken. */
export async function startUdpServer(at: { readonly host: string; readonly port: number }): Promise<UdpServer> {
  const socket = createSocket(isIPv6(at.host) ? "udp6" : "udp4");
  socket.bind(at.port, at.host);
  await once(socket, "listening");
  // A sender that is gone already is no reason to end.
  socket.on("error", () => {});
  socket.on("message", (datagram, sender) => {
    // Port 0 is nobody's, but it can be written into a packet; `send` would throw.
    if (datagram.length <= MAX_DATAGRAM_BYTES && sender.port !== 0)
      socket.send(datagram, sender.port, sender.address, () => {});
  });
  return { port: socket.address().port, close: () => socket.close() };
}
