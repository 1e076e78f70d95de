import type { Scope } from "@roombridge/models/api";

/** Whether a token with these scopes may do what `wanted` names; null is every scope. `x:read-write` holds `x:read`. */
export function scopesReach(scopes: readonly string[] | null, wanted: Scope): boolean {
  if (scopes === null || scopes.includes(wanted)) return true;
  return wanted.endsWith(":read") && scopes.includes(`${wanted}-write`);
}
