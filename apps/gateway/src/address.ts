const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 address that a socket of both families shows as IPv6 (RFC 4291 section 2.5.5.2) as IPv4; others without a zone. */
export function plainAddress(address: string): string {
  if (!address.includes(":")) return address;
  return MAPPED.exec(address)?.[1] ?? address.replace(/%.*$/, "");
}

/**
 * What one client can be told by: an IPv4 address, or the /64 of an IPv6 address, of which every subscriber has all. Takes what
 * `isIP` does.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  return [...first, ...zeros, ...last].slice(0, 4).join(":");
}

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === "::1" || plain.startsWith("127.");
}

function groupsOf(part: string): string[] {
  if (part === "") return [];
  // An IPv4 address at the end stands for two groups; they are behind the first four, so their value does not matter.
  return part
    .split(":")
    .flatMap((group) => (group.includes(".") ? ["0", "0"] : [Number.parseInt(group, 16).toString(16)]));
}
