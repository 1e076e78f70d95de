import { BlockList, isIP, isIPv6 } from "node:net";
import { plainAddress } from "./address.ts";

/** RFC 1122 and RFC 4291; RFC 1918 and RFC 4193. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** Addresses whose word is taken for whom they ask. */
export interface TrustedProxies {
  readonly trusts: (address: string) => boolean;
}

/** Reads addresses, CIDRs, `loopback` and `private`, separated by commas; undefined when one of them is wrong. */
export function parseTrustedProxies(text: string): TrustedProxies | undefined {
  const list = new BlockList();
  const ranges = text.split(",").flatMap((name) => NAMED[name.trim()] ?? [name.trim()]);
  if (!ranges.every((range) => addRange(list, range))) return undefined;
  return {
    trusts(address) {
      const plain = plainAddress(address);
      return list.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
    },
  };
}

/** False when it is none. */
function addRange(list: BlockList, range: string): boolean {
  const [address = "", prefix, ...rest] = range.split("/");
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (family === 0 || address.includes("%") || rest.length > 0 || length < 0 || length > bits) return false;
  list.addSubnet(address, length, family === 6 ? "ipv6" : "ipv4");
  return true;
}
