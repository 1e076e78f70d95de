import type { IncomingMessage } from "node:http";
import { isLoopback } from "./address.ts";
import { FORWARDED_HEADERS, forwardedFor, type ForwardedHeader } from "./forwarded.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";

/** Who asks, as far as addresses tell. */
export interface Client {
  readonly address: string;
  /** A program of this machine that asks for itself. */
  readonly isLocal: boolean;
}

export interface ProxySettings {
  /** Undefined: nobody's word is taken. */
  readonly proxies: TrustedProxies | undefined;
  /** The one header that they write: of others a client may write what it likes, and they would let it pass. */
  readonly header: ForwardedHeader;
}

type Incoming = Pick<IncomingMessage, "headers"> & {
  readonly socket: Pick<IncomingMessage["socket"], "remoteAddress">;
};

/**
 * The nearest address on the way that is not a trusted proxy's; what comes before it in the header anybody can have written.
 * Where a proxy does not say who asks, it is the proxy.
 */
export function clientOf({ socket, headers }: Incoming, { proxies, header }: ProxySettings): Client {
  // There is none any more when the connection has just been closed.
  const remote = socket.remoteAddress ?? "unknown";
  const said = proxies && remote !== "unknown" && proxies.trusts(remote) ? headers[header] : undefined;
  if (!proxies || said === undefined) return { address: remote, isLocal: isLoopback(remote) };
  let address = remote;
  for (const node of forwardedFor(header, String(said))) {
    if (node === undefined) break;
    address = node;
    if (!proxies.trusts(node)) break;
  }
  return { address, isLocal: false };
}

/** Whether somebody asks for others whose word is not taken: perhaps a proxy that TRUSTED_PROXIES should name. */
export function seemsForwarded({ headers }: Incoming): boolean {
  return FORWARDED_HEADERS.some((name) => headers[name] !== undefined);
}
