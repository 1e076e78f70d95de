import { isIPv4, isIPv6 } from "node:net";

/** For each source and, for what comes from very many of them, for all together. */
export interface LimitSettings {
  readonly perSecond: number;
  readonly burst: number;
  readonly totalPerSecond: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Some 100 bytes each. Whoever makes up sources pushes out others, and meets the limit for all. */
const MAX_SOURCES = 10_000;

/** How often each source is answered: a burst at once, and so many a second from then on. */
export class SourceLimit {
  readonly #settings: LimitSettings;
  readonly #total: Bucket;
  /** The one that was seen last is the last. */
  readonly #sources = new Map<string, Bucket>();

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    this.#total = { tokens: settings.totalPerSecond, at: performance.now() };
  }

  get size(): number {
    return this.#sources.size;
  }

  /** Counts one. False when it was one too many. */
  take(address: string, now: number = performance.now()): boolean {
    const { perSecond, burst, totalPerSecond } = this.#settings;
    if (!spend(this.#total, { perSecond: totalPerSecond, burst: totalPerSecond, now })) return false;
    const source = sourceOf(address);
    const bucket = this.#sources.get(source) ?? { tokens: burst, at: now };
    this.#sources.delete(source);
    this.#sources.set(source, bucket);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MAX_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
    return spend(bucket, { perSecond, burst, now });
  }
}

interface Rate {
  readonly perSecond: number;
  readonly burst: number;
  readonly now: number;
}

function spend(bucket: Bucket, { perSecond, burst, now }: Rate): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 address, or the first half of an IPv6 one: whoever has one such address has all of its network (RFC 6177). */
export function sourceOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined || isIPv4(address)) return mapped ?? address;
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return address;
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // An IPv4 address at the end stands for two groups; it is never in the first half of what is left of the gap.
  const length = groups.length + after.length + (plain.includes(".") ? 1 : 0);
  const gap = tail === undefined ? [] : Array.from({ length: 8 - length }, () => "0");
  const all = [...groups, ...gap, ...after].slice(0, 4);
  return `${all.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
