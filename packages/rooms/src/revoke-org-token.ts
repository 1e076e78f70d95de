import { isStorable } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { revokeOrgTokenById } from "./store/org-tokens.ts";

/**
 * Ends a token: whatever looks it up refuses it at once, whatever has seen it a moment ago within five seconds. A second
 * time changes nothing. Throws `token_not_found`.
 */
export async function revokeOrgToken(
  { database }: Pick<RoomsContext, "database">,
  orgId: string,
  orgTokenId: string,
): Promise<void> {
  if (!isStorable(orgTokenId) || !(await revokeOrgTokenById(database, orgId, orgTokenId)))
    throw new RoomError("token_not_found", `no token ${orgTokenId.slice(0, 100).toWellFormed()}`);
}
