import type { Database } from "./database.ts";
import { BATCH } from "./housekeeping.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/** Marks an application and its deployments as deleted; false when there is none. */
export async function deleteApplicationRow(
  { sql }: Database,
  application: { readonly appId: string; readonly orgId: string; readonly deletedBy: string },
): Promise<boolean> {
  const { appId, orgId, deletedBy } = application;
  const [row] = await retryConflicts(
    () => sql<{ done: boolean }[]>`select delete_application(${appId}, ${orgId}, ${deletedBy}) as done`,
  );
  return row?.done ?? false;
}

// lateral with a limit: a plain join would read all rooms, or all processes, to find out that none is meant.

/** Destroys live rooms of applications that are deleted, at most 1,000; of all of them, or of one. Answers how many. */
export async function destroyRoomsOfDeleted({ sql }: Database, appId?: string): Promise<number> {
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(array(
        select r.room_key
          from applications a
         cross join lateral (
           select room_key from rooms
            where app_id = a.app_id and destroyed_at is null order by created_at limit ${BATCH}
         ) r
         where a.deleted_at is not null ${appId === undefined ? sql`` : sql`and a.app_id = ${appId}`}
         limit ${BATCH}), 'application_deleted')`,
  );
  return rows.length;
}

/** Processes of applications that are deleted and whose end nobody has asked for; of all of them, or of one. */
export async function findProcessesOfDeleted(
  { sql }: Database,
  appId?: string,
): Promise<{ readonly appId: string; readonly processId: string }[]> {
  const pools = await sql<{ poolId: string }[]>`
    select o.pool_id as "poolId" from applications a join pools o on o.app_id = a.app_id
     where a.deleted_at is not null ${appId === undefined ? sql`` : sql`and a.app_id = ${appId}`}`;
  if (pools.length === 0) return [];
  const poolIds = pools.map(({ poolId }) => poolId);
  return sql<{ appId: string; processId: string }[]>`
    select app_id as "appId", process_id as "processId" from processes
     where pool_id = any (${poolIds}::bigint[]) and terminated_at is null and stop_reason is null limit ${BATCH}`;
}

/** Webhooks of applications that are deleted; of all of them, or of one. */
export async function findWebhooksOfDeleted({ sql }: Database, appId?: string): Promise<string[]> {
  const rows = await sql<{ webhookId: string }[]>`
    select w.webhook_id as "webhookId" from webhooks w join applications a on a.app_id = w.app_id
     where a.deleted_at is not null ${appId === undefined ? sql`` : sql`and a.app_id = ${appId}`}
     limit ${BATCH}`;
  return rows.map(({ webhookId }) => webhookId);
}
