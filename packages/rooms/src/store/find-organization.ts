import type { Database } from "./database.ts";

export interface OrganizationRow {
  readonly orgId: string;
  readonly name: string;
}

export async function findOrganization({ sql }: Database, orgId: string): Promise<OrganizationRow | undefined> {
  const [row] = await sql<OrganizationRow[]>`
    select org_id as "orgId", name from organizations where org_id = ${orgId}`;
  return row;
}

export interface ListedOrganization extends OrganizationRow {
  readonly createdAt: Date;
  /** Without deleted ones. */
  readonly applications: number;
  /** Without revoked ones. */
  readonly tokens: number;
}

/** All organisations, oldest first. */
export async function listOrganizations({ sql }: Database): Promise<ListedOrganization[]> {
  return sql<ListedOrganization[]>`
    select o.org_id as "orgId", o.name, o.created_at as "createdAt",
           (select count(*)::integer from applications a where a.org_id = o.org_id and a.deleted_at is null) as applications,
           (select count(*)::integer from org_tokens t where t.org_id = o.org_id and t.revoked_at is null) as tokens
      from organizations o order by o.created_at, o.org_id`;
}
