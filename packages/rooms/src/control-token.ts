import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** The clocks of two machines may differ by so much. */
const MAX_AGE_MS = 120_000;

/** The secret that a host keeps in its row: whoever may read that may ask the host. */
export function drawControlSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Proves to a host, for two minutes and for this target only, that the asker knows its secret, which is not sent. */
export function signControl(secret: string, target: string, nowMs: number): string {
  return `${nowMs.toString(36)}.${macOf(secret, target, nowMs)}`;
}

/** Whether a token was signed with this secret for this target, at most two minutes ago or ahead. */
export function checkControl(
  secret: string,
  { target, token }: { readonly target: string; readonly token: string },
  nowMs: number,
): boolean {
  const [, time = "", mac = ""] = /^([0-9a-z]{1,10})\.([\w-]{43})$/.exec(token) ?? [];
  const signedAtMs = Number.parseInt(time, 36);
  // Not with "or": a time that is no number fails here too.
  if (!(Math.abs(nowMs - signedAtMs) <= MAX_AGE_MS)) return false;
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, target, signedAtMs)));
}

function macOf(secret: string, target: string, timeMs: number): string {
  return createHmac("sha256", secret)
    .update(`${timeMs.toString(36)}\n${target}`)
    .digest("base64url");
}
