import type { Scope } from "@roombridge/models/api";
import { hashToken, requireScope, type Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { lastFourOf, newOrgToken } from "./org-token-text.ts";
import { insertOrgToken, type OrgTokenRow } from "./store/org-tokens.ts";

export interface CreateOrgTokenInput {
  readonly name: string;
  /** Null: everything. */
  readonly scopes: readonly Scope[] | null;
}

export interface CreatedOrgToken {
  readonly row: OrgTokenRow;
  /** Kept nowhere: whoever does not keep it now has to create another one. */
  readonly token: string;
}

/**
 * Creates a token for the principal's organisation. Throws `unauthenticated` when the principal may not do all that the new
 * one could or has been revoked a moment ago, and `invalid_params` when the name is taken.
 */
export async function createOrgToken(
  { database }: Pick<RoomsContext, "database">,
  principal: Principal,
  { name, scopes }: CreateOrgTokenInput,
): Promise<CreatedOrgToken> {
  if (scopes === null && principal.scopes !== null)
    throw new RoomError("unauthenticated", "the token lacks the scope admin", { isKnown: true });
  for (const scope of scopes ?? []) requireScope(principal, scope);
  const token = newOrgToken();
  const row = await insertOrgToken(database, {
    orgTokenId: `org-token-${newUuid()}`,
    orgId: principal.orgId,
    name,
    tokenHash: hashToken(token),
    scopes: scopes && [...new Set(scopes)],
    createdBy: principal.orgTokenId,
    creatorScopes: principal.scopes,
    lastFour: lastFourOf(token),
  });
  // The principal may be five seconds old: whoever has a token that leaks must not outlive its end by another one.
  if (row === "changed") throw new RoomError("unauthenticated", "the token was revoked or changed a moment ago");
  if (row === "taken") throw new RoomError("invalid_params", "name: another token of the organisation has this name");
  return { row, token };
}
