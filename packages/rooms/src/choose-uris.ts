/** A relay to which clients may be sent. */
export interface Relay {
  readonly serverId: string;
  /** Empty: every region. */
  readonly regions: readonly string[];
  readonly uris: readonly string[];
  readonly sessions: number;
}

/** More only make browsers gather for longer: they try every one. */
const MAX_URIS = 4;

/** Datagrams before streams, plain before TLS; DTLS last, for few relays offer it. */
const TRANSPORTS = [/^stuns?:/, /^turn:(?!.*\?transport=tcp$)/, /^turn:/, /^turns:(?!.*\?transport=udp$)/];

/**
 * Which URIs a client should try, in this order; at most four. Relays of its region come first, the one with the fewest
 * sessions before the others; one place is kept for a relay of another region. Without any relay: `fallbackUris` as they are.
 */
export function chooseUris(
  relays: readonly Relay[],
  { region, fallbackUris }: { readonly region: string | undefined; readonly fallbackUris: readonly string[] },
): readonly string[] {
  const useful = relays
    .filter(({ uris }) => uris.length > 0)
    .toSorted((a, b) => a.sessions - b.sessions || compare(a.serverId, b.serverId));
  if (useful.length === 0) return fallbackUris;
  const isNear = ({ regions }: Relay) => region === undefined || regions.length === 0 || regions.includes(region);
  const near = urisOf(useful.filter(isNear));
  const far = urisOf(useful.filter((relay) => !isNear(relay))).filter((uri) => !near.includes(uri));
  const kept = near.length > 0 ? Math.min(far.length, 1) : MAX_URIS;
  return [...near.slice(0, MAX_URIS - kept), ...far.slice(0, kept)];
}

/** Those of the first relay by transport, then those of the next; each one once. */
function urisOf(relays: readonly Relay[]): string[] {
  return [...new Set(relays.flatMap(({ uris }) => uris.toSorted((a, b) => rank(a) - rank(b))))];
}

function rank(uri: string): number {
  const index = TRANSPORTS.findIndex((transport) => transport.test(uri));
  return index < 0 ? TRANSPORTS.length : index;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
