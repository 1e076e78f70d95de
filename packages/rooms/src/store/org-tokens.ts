import type { Database } from "./database.ts";

/** A token as it may be shown. */
export interface OrgTokenRow {
  readonly orgTokenId: string;
  readonly orgId: string;
  readonly name: string;
  /** Null: everything. */
  readonly scopes: readonly string[] | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly lastFour: string;
  readonly revokedAt: Date | null;
}

export interface NewOrgToken {
  readonly orgTokenId: string;
  readonly orgId: string;
  readonly name: string;
  readonly tokenHash: Buffer;
  readonly scopes: readonly string[] | null;
  readonly createdBy: string;
  /** As they were when the creator was looked up; null: everything. */
  readonly creatorScopes: readonly string[] | null;
  readonly lastFour: string;
}

const COLUMNS = `
  org_token_id as "orgTokenId", org_id as "orgId", name, scopes, created_at as "createdAt", created_by as "createdBy",
  last_four as "lastFour", revoked_at as "revokedAt"`;

/** All tokens of an organisation, newest first. */
export async function listOrgTokensOf({ sql }: Database, orgId: string): Promise<OrgTokenRow[]> {
  return sql<OrgTokenRow[]>`
    select ${sql.unsafe(COLUMNS)} from org_tokens where org_id = ${orgId} order by created_at desc, org_token_id desc`;
}

/**
 * The new token; `taken` when another one of the organisation that is not revoked has its name, `changed` when the token that
 * creates it has been revoked meanwhile or has other scopes.
 */
export async function insertOrgToken(
  { sql }: Database,
  token: NewOrgToken,
): Promise<OrgTokenRow | "taken" | "changed"> {
  const { orgTokenId, orgId, name, tokenHash, scopes, createdBy, creatorScopes, lastFour } = token;
  const toArray = (words: readonly string[] | null) => words && [...words];
  return sql.begin(async (tx) => {
    // Earlier releases did not look at names, so there can be no unique index; one after the other instead.
    await tx`select from organizations where org_id = ${orgId} for no key update`;
    // Locked: who revokes it afterwards finds the new one in the list.
    const [creator] = await tx<{ isSame: boolean }[]>`
      select revoked_at is null and scopes is not distinct from ${toArray(creatorScopes)}::text[] as "isSame"
        from org_tokens where org_token_id = ${createdBy} for share`;
    if (creator?.isSame === false) return "changed";
    const [row] = await tx<OrgTokenRow[]>`
      insert into org_tokens (org_token_id, org_id, name, token_hash, scopes, created_by, last_four)
      select ${orgTokenId}, ${orgId}, ${name}, ${tokenHash}, ${toArray(scopes)}::text[], ${createdBy}, ${lastFour}
       where not exists (select from org_tokens where org_id = ${orgId} and name = ${name} and revoked_at is null)
      returning ${tx.unsafe(COLUMNS)}`;
    return row ?? "taken";
  });
}

/** Revokes a token, once; false when the organisation has no such token. */
export async function revokeOrgTokenById({ sql }: Database, orgId: string, orgTokenId: string): Promise<boolean> {
  const { count } = await sql`
    update org_tokens set revoked_at = coalesce(revoked_at, clock_timestamp())
     where org_id = ${orgId} and org_token_id = ${orgTokenId}`;
  return count > 0;
}
