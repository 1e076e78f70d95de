import type { IncomingMessage } from "node:http";
import { isLoopback, networkOf } from "./address.ts";
import { FORWARDED_HEADERS, forwardedFor, type ForwardedHeader } from "./forwarded.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";

/** Who asks, as far as addresses tell. */
export interface Client {
  readonly address: string;
  /** See `networkOf`. */
  readonly network: string;
  /** A program of this machine that asks for itself. */
  readonly isLocal: boolean;
}

export interface ProxySettings {
  /** Undefined: nobody's word is taken. */
  readonly proxies: TrustedProxies | undefined;
  /** The one header that they write: of others a client may write what it likes, and they would let it pass. */
  readonly header: ForwardedHeader;
}

interface Incoming {
  readonly headers: IncomingMessage["headers"];
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Who asks, by connection and by what trusted proxies say. */
export class Clients {
  readonly #settings: ProxySettings;
  /** Of connections whose word is not taken: they have one client for as long as they last. */
  readonly #direct = new WeakMap<Incoming["socket"], Client>();

  constructor(settings: ProxySettings) {
    this.#settings = settings;
  }

  /**
   * The nearest address on the way that is not a trusted proxy's; what comes before it in the header anybody can have
   * written. Where a proxy does not say who asks, it is the proxy.
   */
  clientOf({ socket, headers }: Incoming): Client {
    const known = this.#direct.get(socket);
    if (known) return known;
    const { proxies, header } = this.#settings;
    // There is none any more when the connection has just been closed.
    const { remoteAddress: remote = "unknown" } = socket;
    if (!proxies || remote === "unknown" || !proxies.trusts(remote)) {
      const client = newClient(remote, isLoopback(remote));
      this.#direct.set(socket, client);
      return client;
    }
    const said = headers[header];
    if (said === undefined) return newClient(remote, isLoopback(remote));
    let address = remote;
    for (const node of forwardedFor(header, String(said))) {
      if (node === undefined) break;
      address = node;
      if (!proxies.trusts(node)) break;
    }
    return newClient(address, false);
  }
}

function newClient(address: string, isLocal: boolean): Client {
  return { address, network: networkOf(address), isLocal };
}

/** Whether somebody asks for others whose word is not taken: perhaps a proxy that TRUSTED_PROXIES should name. */
export function seemsForwarded({ headers }: Incoming): boolean {
  return FORWARDED_HEADERS.some((name) => headers[name] !== undefined);
}
