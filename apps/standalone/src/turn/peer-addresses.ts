import { BlockList, isIP } from "node:net";

/**
 * Peers that a relay must never reach: the networks behind it, the cloud's metadata service, and IPv6 addresses that
 * lead to IPv4 ones. coturn writes a range as first-last.
 */
export const DENIED_PEERS = [
  "0.0.0.0-0.255.255.255",
  "10.0.0.0-10.255.255.255",
  "100.64.0.0-100.127.255.255",
  "127.0.0.0-127.255.255.255",
  "169.254.0.0-169.254.255.255",
  "172.16.0.0-172.31.255.255",
  "192.0.0.0-192.0.0.255",
  "192.0.2.0-192.0.2.255",
  "192.88.99.0-192.88.99.255",
  "192.168.0.0-192.168.255.255",
  "198.18.0.0-198.19.255.255",
  "198.51.100.0-198.51.100.255",
  "203.0.113.0-203.0.113.255",
  "240.0.0.0-255.255.255.255",
  // Loopback, and IPv4 addresses as IPv6 first wrote them. A range from :: on takes in all of IPv4 in coturn 4.6, which
  // refuses :: itself anyway.
  "::1-::ffff:ffff",
  "64:ff9b::-64:ff9b::ffff:ffff",
  "64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
  // CVE-2026-27624: before 4.13 a mapped address gets round the IPv4 ranges above.
  "::ffff:0.0.0.0-::ffff:255.255.255.255",
  "2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
  "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fec0::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
] as const;

/** An IP address, or a range as coturn writes it. coturn from 4.11 on does not start with anything else. */
export function isPeerRange(text: string): boolean {
  const [first = "", last = first, ...others] = text.split("-");
  const family = isIP(first);
  if (family === 0 || isIP(last) !== family || others.length > 0) return false;
  try {
    new BlockList().addRange(first, last, family === 4 ? "ipv4" : "ipv6");
    return true;
  } catch {
    return false;
  }
}

/** True for an address, and for a range that begins, on the loopback interface. */
export function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

/** True for what stands for all addresses of a machine. */
export function isWildcard(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::";
}
