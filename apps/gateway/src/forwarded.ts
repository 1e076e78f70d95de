import { isIP } from "node:net";

/** The header in which a proxy writes for whom it asks. */
export const FORWARDED_HEADERS = ["x-forwarded-for", "forwarded"] as const;
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

/** One `name=value` of RFC 7239 section 4, with what follows it. */
const PAIR = /\s*([!#$%&'*+.^_`|~\w-]+)=("(?:\\.|[^"\\])*"|[^\s;,"]*)\s*([;,]|$)/y;

/**
 * For whom each proxy asked, the nearest proxy's word first; undefined for a word that is no address (`unknown`, a secret name).
 * Empty for a header that cannot be read: whoever wrote a part of it may have meant to hide the rest.
 */
export function forwardedFor(header: ForwardedHeader, value: string): readonly (string | undefined)[] {
  const nodes = header === "forwarded" ? readForwarded(value) : value.split(",");
  return nodes.map(addressOf).reverse();
}

function readForwarded(value: string): string[] {
  const nodes: string[] = [];
  let node = "";
  for (PAIR.lastIndex = 0; PAIR.lastIndex < value.length;) {
    const [, name = "", quoted = "", end] = PAIR.exec(value) ?? [];
    if (end === undefined) return [];
    if (name.toLowerCase() === "for") node = quoted.startsWith('"') ? quoted.slice(1, -1) : quoted;
    if (end === ";") continue;
    nodes.push(node);
    node = "";
  }
  return nodes;
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80` without brackets and port. */
function addressOf(node: string): string | undefined {
  const text = node.trim();
  const bare = /^\[([^\]]*)\](?::\w+)?$/.exec(text)?.[1] ?? /^([\d.]+):\w+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : bare;
}
