import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { findOrganization, type OrganizationRow } from "./store/find-organization.ts";

/** The principal's organisation. */
export async function getOrganization({ database }: RoomsContext, { orgId }: Principal): Promise<OrganizationRow> {
  const found = await findOrganization(database, orgId);
  if (!found) throw new RoomError("internal", `a token of ${orgId}, which is not there`);
  return found;
}
