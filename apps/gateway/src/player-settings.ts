import type { JWTVerifyGetKey } from "jose";
import { GOOGLE_KEYS_URL, openGoogleKeys } from "./google-identity.ts";

/** What the operator decides about players. */
export interface PlayerSettings {
  /** How many lobbies a player may create in an hour; 0: no limit. */
  readonly lobbiesPerHour: number;
  /** With which Google signs ID tokens. */
  readonly googleKeys: JWTVerifyGetKey;
}

/** As Hathora has it. */
export const LOBBIES_PER_HOUR = 10;

export function defaultPlayerSettings(): PlayerSettings {
  return { lobbiesPerHour: LOBBIES_PER_HOUR, googleKeys: openGoogleKeys(GOOGLE_KEYS_URL) };
}
