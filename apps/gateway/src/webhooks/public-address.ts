import { lookup as lookUp, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Addresses that a caller must not reach through us: our own machine and networks, the metadata services of clouds, what is
 * reserved (RFC 6890), and IPv6 addresses that lead to IPv4 ones.
 */
const REFUSED: readonly (readonly [address: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  // All of ::/3 but 2000::/3 is unassigned, local, or IPv4 in disguise.
  ["::", 3],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["4000::", 2],
  ["8000::", 1],
];

// A list of its own for each family: one that holds ::/3 would refuse all of IPv4, which lies mapped in it.
const refused = { 4: new BlockList(), 6: new BlockList() };
for (const [address, prefix] of REFUSED) {
  if (isIP(address) === 4) refused[4].addSubnet(address, prefix, "ipv4");
  else refused[6].addSubnet(address, prefix, "ipv6");
}

/** False for text that is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused[4].check(address, "ipv4");
  return family === 6 && !refused[6].check(address, "ipv6");
}

/** The address in a URL's host, if it is one and no name. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(host) === 0 ? undefined : host;
}

/** Thrown when a name leads nowhere but to addresses that are refused. */
class PrivateAddressError extends Error {
  readonly code = "EPRIVATE";

  constructor() {
    super("not a public address");
  }
}

/** Resolves a name as `dns.lookup` does, to public addresses only: what is connected to is what was checked. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...(options as LookupOptions), all: true }, (error, addresses: LookupAddress[]) => {
    const [first, ...others] = error ? [] : addresses.filter(({ address }) => isPublicAddress(address));
    if (!first) callback(error ?? new PrivateAddressError(), options.all ? [] : "");
    else if (options.all) callback(null, [first, ...others]);
    else callback(null, first.address, first.family);
  });
};
