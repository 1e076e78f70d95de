import type { Database } from "./database.ts";

export interface TokenRow {
  readonly orgId: string;
  readonly orgTokenId: string;
  readonly tokenHash: Buffer;
  readonly scopes: readonly string[] | null;
}

export async function findToken({ sql }: Database, tokenHash: Buffer): Promise<TokenRow | undefined> {
  const [row] = await sql<TokenRow[]>`
    select org_id as "orgId", org_token_id as "orgTokenId", token_hash as "tokenHash", scopes
      from org_tokens where token_hash = ${tokenHash} and revoked_at is null`;
  return row;
}
