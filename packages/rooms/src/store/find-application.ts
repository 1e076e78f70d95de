import type { Database } from "./database.ts";

export interface ApplicationRow {
  readonly appId: string;
  readonly orgId: string;
}

export async function findApplication({ sql }: Database, appId: string): Promise<ApplicationRow | undefined> {
  const [row] = await sql<ApplicationRow[]>`
    select app_id as "appId", org_id as "orgId" from applications where app_id = ${appId} and deleted_at is null`;
  return row;
}
