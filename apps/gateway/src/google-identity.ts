import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";

/** Where Google publishes the keys that sign its ID tokens, and who it says it is in them (OpenID Connect discovery). */
export const GOOGLE_KEYS_URL = "https://www.googleapis.com/oauth2/v3/certs";
const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];
const FETCH_MS = 5_000;
/** Clocks differ. */
const TOLERANCE_SECONDS = 30;

export interface GoogleIdentity {
  readonly id: string;
  readonly name: string;
  readonly email?: string;
}

/**
 * The keys at `url`, fetched when they are first needed, every ten minutes, and for a key that is new at most every 30 s: made-up
 * tokens must not make us ask.
 */
export function openGoogleKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), { timeoutDuration: FETCH_MS });
}

/**
 * Whom an ID token names; undefined when Google has not signed it for `clientId`, or it has expired. Throws when the keys
 * cannot be had.
 */
export async function verifyGoogleIdToken(
  keys: JWTVerifyGetKey,
  clientId: string,
  idToken: string,
): Promise<GoogleIdentity | undefined> {
  try {
    const { payload } = await jwtVerify(idToken, keys, {
      algorithms: ["RS256"],
      audience: clientId,
      issuer: ISSUERS,
      requiredClaims: ["sub", "exp"],
      clockTolerance: TOLERANCE_SECONDS,
    });
    const { sub: id, name, email } = payload;
    if (id === undefined || id === "") return undefined;
    const known = typeof email === "string" && payload["email_verified"] === true ? { email } : {};
    return { id, name: typeof name === "string" ? name : (known.email ?? id), ...known };
  } catch (error) {
    if (isUnavailable(error) || !(error instanceof errors.JOSEError)) {
      // Its cause may quote what was fetched, and never the token.
      throw new Error("the keys of Google cannot be had", { cause: error });
    }
    return undefined;
  }
}

/** The keys, not the token, are at fault. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  // What jose throws for an answer that is not 200, or no JSON.
  return error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC";
}
