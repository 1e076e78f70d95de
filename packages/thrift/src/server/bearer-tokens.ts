import { createHash, timingSafeEqual } from "node:crypto";

/**
 * For `http.authenticate`: accepts the tokens whose SHA-256 is given, 32 bytes or 64 hexadecimal digits each, and takes the
 * same time for all others. Throws a TypeError for anything that is no such hash.
 */
export function acceptTokens(hashes: readonly (string | Uint8Array)[]): (token: string | undefined) => boolean {
  const accepted = hashes.map(toHash);
  return (token) => {
    if (token === undefined) return false;
    const given = createHash("sha256").update(token, "utf8").digest();
    let isAccepted = false;
    for (const hash of accepted) isAccepted = timingSafeEqual(hash, given) || isAccepted;
    return isAccepted;
  };
}

function toHash(hash: string | Uint8Array): Buffer {
  const isHex = typeof hash === "string" && /^[0-9a-f]{64}$/i.test(hash);
  const bytes = typeof hash !== "string" ? Buffer.from(hash) : Buffer.from(isHex ? hash : "", "hex");
  if (bytes.length !== 32) throw new TypeError("a token's hash is 32 bytes, or 64 hexadecimal digits");
  return bytes;
}
