import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const PREFIX = "roombridge_org_st_";

/**
 * A new token: 256 random bits behind a prefix that secret scanners find, and before a checksum by which they tell it from
 * other text: `^roombridge_org_st_[\w-]{43}_[0-9a-f]{8}$`, where the end is the CRC-32 of what stands before its underscore.
 */
export function newOrgToken(): string {
  const text = PREFIX + randomBytes(32).toString("base64url");
  return `${text}_${crc32(text).toString(16).padStart(8, "0")}`;
}

/** What may be shown of a token, so that people tell theirs apart; too little to help anybody who guesses. */
export function lastFourOf(token: string): string {
  return token.slice(-4);
}
