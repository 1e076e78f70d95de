import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * The own address that relayed sockets are bound to when coturn listens on `listenIp`. Always IPv4: it is what players
 * have. On Linux a loopback listener relays on 127.0.0.2, because coturn from 4.13 on denies the database's address as
 * a peer and because the services on 127.0.0.1 must not be reached through the relay; macOS has 127.0.0.1 only.
 * Throws a RangeError when `listenIp` is no IP address.
 */
export function relayAddress(listenIp: string, platform: NodeJS.Platform = process.platform): string {
  if (isIP(listenIp) === 0) throw new RangeError(`TURN_HOST must be an IP address, not ${JSON.stringify(listenIp)}`);
  if (listenIp === "0.0.0.0" || isIP(listenIp) === 6)
    return firstOuterAddress() ?? loopbackRelay("127.0.0.1", platform);
  return listenIp.startsWith("127.") ? loopbackRelay(listenIp, platform) : listenIp;
}

function loopbackRelay(listenIp: string, platform: NodeJS.Platform): string {
  return platform === "linux" ? "127.0.0.2" : listenIp;
}

function firstOuterAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}
