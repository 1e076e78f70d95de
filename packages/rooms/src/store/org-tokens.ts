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

/** The new token; undefined when another one of the organisation that is not revoked has its name. */
export async function insertOrgToken({ sql }: Database, token: NewOrgToken): Promise<OrgTokenRow | undefined> {
  const { orgTokenId, orgId, name, tokenHash, scopes, createdBy, lastFour } = token;
  return sql.begin(async (tx) => {
    // Earlier releases did not look at names, so there can be no unique index; one after the other instead.
    await tx`select from organizations where org_id = ${orgId} for no key update`;
    const [row] = await tx<OrgTokenRow[]>`
      insert into org_tokens (org_token_id, org_id, name, token_hash, scopes, created_by, last_four)
      select ${orgTokenId}, ${orgId}, ${name}, ${tokenHash}, ${scopes && [...scopes]}::text[], ${createdBy}, ${lastFour}
       where not exists (select from org_tokens where org_id = ${orgId} and name = ${name} and revoked_at is null)
      returning ${tx.unsafe(COLUMNS)}`;
    return row;
  });
}

/** Revokes a token, once; false when the organisation has no such token. */
export async function revokeOrgTokenById({ sql }: Database, orgId: string, orgTokenId: string): Promise<boolean> {
  const { count } = await sql`
    update org_tokens set revoked_at = coalesce(revoked_at, clock_timestamp())
     where org_id = ${orgId} and org_token_id = ${orgTokenId}`;
  return count > 0;
}
