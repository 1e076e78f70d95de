import { createHmac, randomBytes } from "node:crypto";

/** A credential as the TURN REST recipe makes it (draft-uberti-behave-turn-rest); by default of a new user, valid for an hour. */
export function restCredential(
  secret: string,
  { user = `room.${randomBytes(8).toString("hex")}`, ttlSeconds = 3_600 } = {},
): { readonly username: string; readonly password: string } {
  const username = `${Math.floor(Date.now() / 1_000) + ttlSeconds}:${user}`;
  return { username, password: createHmac("sha1", secret).update(username).digest("base64") };
}
