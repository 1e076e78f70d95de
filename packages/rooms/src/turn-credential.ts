import { createHmac, hash } from "node:crypto";
import { randomBase36 } from "./ids.ts";

/** A secret that turns usernames into passwords; at least 32 bytes. */
export interface CredentialKey {
  /** Stored beside each credential, so that a retired key still opens what it issued. */
  readonly id: string;
  readonly key: Buffer;
}

// Shorter than any key in base64: with id and key swapped, the key is refused as an id and so never printed.
const KEY_ID = /^[A-Za-z0-9_.-]{1,32}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const MIN_KEY_BYTES = 32;
const SUFFIX_DIGITS = 16;

/**
 * Reads `TURN_CREDENTIAL_KEYS`: `id:base64[,id:base64…]`; the first one issues. Throws an Error that lists every
 * problem by position and id and never shows key material.
 */
export function parseCredentialKeys(text: string): [CredentialKey, ...CredentialKey[]] {
  const problems: string[] = [];
  const keys: CredentialKey[] = [];
  for (const [index, entry] of text.split(",").entries()) {
    const key = parseCredentialKey(entry.trim());
    if (typeof key === "string") problems.push(`key ${index + 1}: ${key}`);
    else if (findKey(keys, key.id)) problems.push(`key ${index + 1}: the id ${key.id} is given twice`);
    else keys.push(key);
  }
  const [first, ...rest] = keys;
  if (problems.length > 0 || first === undefined) throw new Error(problems.join("; "));
  return [first, ...rest];
}

/** `<room_key>.<16 base36>`. Throws a RangeError for a room key with which coturn would refuse every username. */
export function drawUsername(roomKey: string, draw: (digits: number) => string = randomBase36): string {
  if (isRefusedByCoturn(roomKey)) throw new RangeError("this room key cannot start a TURN username");
  for (;;) {
    const username = `${roomKey}.${draw(SUFFIX_DIGITS)}`;
    if (!isRefusedByCoturn(username)) return username;
  }
}

/** base64url(HMAC-SHA256(key, username)): the same for the whole life of a credential, so it need not be stored. */
export function derivePassword({ key }: CredentialKey, username: string): string {
  return createHmac("sha256", key).update(username).digest("base64url");
}

/**
 * The long-term key of RFC 8489 section 9.2.2 as coturn's `turnusers_lt.hmackey` holds it: md5 in 32 lower-case hex
 * digits. As good as the password to whoever reads it.
 */
export function longTermKey(username: string, realm: string, password: string): string {
  return hash("md5", `${username}:${realm}:${password}`, "hex");
}

/** The username as TURN_MODE=rest hands it out (draft-uberti-behave-turn-rest-00): `<epoch seconds>:<stored username>`. */
export function toRestUsername(username: string, expiresAt: Date): string {
  return `${Math.floor(expiresAt.getTime() / 1_000)}:${username}`;
}

/** The stored username of one that may have the prefix of `toRestUsername`. */
export function toStoredUsername(username: string): string {
  return username.replace(/^\d{1,12}:/, "");
}

/** base64(HMAC-SHA1(secret, username)), as coturn reckons it with `use-auth-secret`. */
export function restPassword(secret: string, username: string): string {
  return createHmac("sha1", secret).update(username).digest("base64");
}

/** The key that issued a credential, or undefined when it has been retired. */
export function findKey(keys: readonly CredentialKey[], id: string): CredentialKey | undefined {
  return keys.find((key) => key.id === id);
}

/** The key, or what is wrong with it. */
function parseCredentialKey(entry: string): CredentialKey | string {
  const colon = entry.indexOf(":");
  if (colon < 0) return "expected id:base64";
  const id = entry.slice(0, colon);
  const encoded = entry.slice(colon + 1);
  if (!KEY_ID.test(id)) return "the id must be 1 to 32 of A-Z, a-z, 0-9, _, . and -";
  if (!BASE64.test(encoded)) return `${id} is not base64`;
  const key = Buffer.from(encoded, "base64");
  if (key.length < MIN_KEY_BYTES) return `${id} has ${key.length} bytes, ${MIN_KEY_BYTES} are needed`;
  return { id, key };
}

/** coturn's guard against SQL injection answers 400 to a username with both words in it, in any case. */
function isRefusedByCoturn(username: string): boolean {
  const lower = username.toLowerCase();
  return lower.includes("union") && lower.includes("select");
}
