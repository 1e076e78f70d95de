import { randomBytes } from "node:crypto";
import { randomBase36 } from "./ids.ts";
import { longTermKey } from "./turn-credential.ts";

/** What such a username starts with; no room key is so short, so it is never that of a room. */
const CANARY_PREFIX = "canary.";

/** A credential for an agent's test allocation. */
export interface Canary {
  readonly username: string;
  readonly password: string;
  readonly hmackey: string;
}

/** Draws a new one; `setCanaryCredential` makes it known. */
export function drawCanary(realm: string): Canary {
  const username = CANARY_PREFIX + randomBase36(16);
  const password = randomBytes(32).toString("base64url");
  return { username, password, hmackey: longTermKey(username, realm, password) };
}

/** True for the username of a test allocation. */
export function isCanary(username: string): boolean {
  return username.startsWith(CANARY_PREFIX);
}
