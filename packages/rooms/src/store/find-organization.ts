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
