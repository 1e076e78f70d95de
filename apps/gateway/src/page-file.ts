import { createHash } from "node:crypto";
import type { Answer } from "./answer.ts";

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** For files whose address has their version in it, and for the pages that name them. */
export const CACHE = { forEver: "public, max-age=31536000, immutable", never: "no-cache" } as const;

/** A page, or what it loads: in a browser it reaches this gateway and nothing else, and is shown in no frame. */
export function pageFile(type: string, content: string | Buffer<ArrayBuffer>, cacheControl: string): Answer {
  const headers = { ...HEADERS, "content-type": `${type}; charset=utf-8`, "cache-control": cacheControl };
  return { status: 200, file: Buffer.from(content), headers };
}

/** Twelve characters that are others for other contents. */
export function fingerprintOf(contents: Iterable<string | Buffer>): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex").slice(0, 12);
}
