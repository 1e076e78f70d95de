/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address under which this machine itself reaches a listener. */
export function localAddress(host: string, port: number): string {
  const local = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return formatAddress(local, port);
}

/** What clients are told when `TURN_URIS` does not say otherwise (RFC 7065); `relayIp` stands in for a wildcard. */
export function turnUris(relay: { readonly host: string; readonly port: number; readonly relayIp: string }): string[] {
  const isWildcard = relay.host === "0.0.0.0" || relay.host === "::";
  const address = formatAddress(isWildcard ? relay.relayIp : relay.host, relay.port);
  return ["udp", "tcp"].map((transport) => `turn:${address}?transport=${transport}`);
}

/** The database that a connection URL means: without a path the one that bears the user's name. */
export function databaseName(databaseUrl: string): string {
  const { pathname, username } = new URL(databaseUrl);
  return decodeURIComponent(pathname.slice(1) || username);
}
