import type { TransportName } from "@roombridge/turn-client";

/** Where a relay is and how one talks to it. */
export interface TurnAddress {
  readonly host: string;
  readonly port: number;
  readonly transport: TransportName;
}

const TURN_PORT = 3478;
const TURNS_PORT = 5349;
const URI = /^(turns?):(?:\[([0-9a-f:.]+)\]|([^\s:?[\]]+))(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;

/** Reads a `turn:` or `turns:` URI (RFC 7065); undefined for anything else, also `stun:`, and for TLS over UDP. */
export function parseTurnUri(uri: string): TurnAddress | undefined {
  const match = URI.exec(uri);
  if (!match) return undefined;
  const [, scheme = "", ipv6, name = "", port, transport] = match;
  const isSecure = scheme.toLowerCase() === "turns";
  if (isSecure && transport === "udp") return undefined;
  return {
    host: ipv6 ?? name,
    port: port === undefined ? (isSecure ? TURNS_PORT : TURN_PORT) : Number(port),
    transport: isSecure ? "tls" : transport === "tcp" ? "tcp" : "udp",
  };
}
