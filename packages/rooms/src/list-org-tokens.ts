import type { RoomsContext } from "./context.ts";
import { listOrgTokensOf, type OrgTokenRow } from "./store/org-tokens.ts";

/** All tokens of an organisation, revoked ones too, newest first. */
export function listOrgTokens({ database }: Pick<RoomsContext, "database">, orgId: string): Promise<OrgTokenRow[]> {
  return listOrgTokensOf(database, orgId);
}
