import { connect } from "node:net";
import type { ExposedPort } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";

const CONNECT_MS = 2_000;

/**
 * Whether somebody accepts connections on these ports, as far as that can be asked: not over UDP. Nothing is sent. Throws
 * `invalid_params` with the first one where nobody does, and not why: the network of the gateway is not the caller's business.
 */
export async function checkStaticPorts(ports: readonly ExposedPort[]): Promise<void> {
  const tcp = ports.filter(({ transportType }) => transportType !== "udp");
  const isOpen = await Promise.all(tcp.map(accepts));
  const silent = tcp.find((_port, n) => !isOpen[n]);
  if (!silent) return;
  const { name, host, port } = silent;
  const where = name === "default" ? "exposedPort" : `additionalExposedPorts: ${name}`;
  const message = `${where}: the gateway finds nobody listening on port ${port} of ${host}; register when the server listens`;
  throw new RoomError("invalid_params", message);
}

function accepts({ host, port }: ExposedPort): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (isOpen: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isOpen);
    };
    // Of the whole attempt, the name's look-up included.
    const timer = setTimeout(() => done(false), CONNECT_MS);
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}
