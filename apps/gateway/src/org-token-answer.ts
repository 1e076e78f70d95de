import { Scope, type OrgToken } from "@roombridge/models/api";
import type { OrgTokenRow } from "@roombridge/rooms";

/** A token as Hathora shows it. Scopes that a later release has given it are left out: clients know closed lists. */
export function toOrgToken(row: OrgTokenRow): OrgToken {
  return {
    orgTokenId: row.orgTokenId,
    orgId: row.orgId,
    name: row.name,
    status: row.revokedAt === null ? "active" : "revoked",
    scopes: row.scopes === null ? "admin" : row.scopes.flatMap((scope) => Scope.safeParse(scope).data ?? []),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    lastFourCharsOfKey: row.lastFour,
  };
}
