/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address under which this machine itself reaches a listener. */
export function localAddress(host: string, port: number): string {
  return formatAddress(localHost(host), port);
}

/** The same without the port. */
export function localHost(host: string): string {
  return { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
}

/**
 * What clients are told when `TURN_URIS` does not say otherwise (RFC 7065): the address before NAT if there is one;
 * `relayIp` stands in for a wildcard.
 */
export function turnUris(relay: {
  readonly host: string;
  readonly port: number;
  readonly relayIp: string;
  readonly tlsPort?: number | undefined;
  readonly externalIp?: string | undefined;
}): string[] {
  const isWildcard = relay.host === "0.0.0.0" || relay.host === "::";
  const host = relay.externalIp ?? (isWildcard ? relay.relayIp : relay.host);
  const plain = ["udp", "tcp"].map((transport) => `turn:${formatAddress(host, relay.port)}?transport=${transport}`);
  if (relay.tlsPort === undefined) return plain;
  return [...plain, `turns:${formatAddress(host, relay.tlsPort)}?transport=tcp`];
}

/** The database that a connection URL means: without a path the one that bears the user's name. */
export function databaseName(databaseUrl: string): string {
  const { pathname, username } = new URL(databaseUrl);
  return decodeURIComponent(pathname.slice(1) || username);
}
