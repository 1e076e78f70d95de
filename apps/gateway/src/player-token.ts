import { isStorable } from "@roombridge/models/api";
import { errors, jwtVerify, SignJWT, type JWTPayload } from "jose";

/** What a player's token says of the player; Hathora's claims, which game servers read too. */
export interface PlayerClaims {
  readonly type: "anonymous" | "nickname" | "google";
  readonly id: string;
  readonly name: string;
  readonly email?: string;
}

export interface Player {
  /** Applications that sign tokens themselves may count their players. */
  readonly id: string | number;
}

const ALGORITHM = "HS256";
/** The longest that a TURN credential takes. */
const MAX_ID = 255;

/** A JWT (RFC 7519) that is signed with the application's secret and, as Hathora's, does not expire. */
export function signPlayerToken(appSecret: string, claims: PlayerClaims): Promise<string> {
  const payload: JWTPayload = { ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: ALGORITHM, typ: "JWT" }).setIssuedAt().sign(keyOf(appSecret));
}

/**
 * The player of a token, whoever has signed it with the application's secret; `exp` and `nbf` count where they are there.
 * Undefined for any other text.
 */
export async function verifyPlayerToken(appSecret: string, token: string): Promise<Player | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(appSecret), { algorithms: [ALGORITHM] });
    return playerOf(payload["id"]);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function playerOf(id: unknown): Player | undefined {
  if (typeof id === "number") return Number.isSafeInteger(id) ? { id } : undefined;
  return typeof id === "string" && id !== "" && id.length <= MAX_ID && isStorable(id) ? { id } : undefined;
}

function keyOf(appSecret: string): Uint8Array {
  return new TextEncoder().encode(appSecret);
}
