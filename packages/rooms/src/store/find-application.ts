import type { PlayerAccess } from "../player-access.ts";
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

/** With the application's secret: never for an answer or a log. */
export async function findPlayerAccess({ sql }: Database, appId: string): Promise<PlayerAccess | undefined> {
  const [row] = await sql<PlayerAccess[]>`
    select app_id as "appId", org_id as "orgId", app_secret as "appSecret", auth_configuration as "authConfiguration",
           player_ice_servers as "playerIceServers"
      from applications where app_id = ${appId} and deleted_at is null`;
  return row;
}
