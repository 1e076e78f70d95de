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

/** Destroys live rooms of applications that are deleted, at most 1,000; of all of them, or of one. Answers how many. */
export async function destroyRoomsOfDeleted({ sql }: Database, appId?: string): Promise<number> {
  const rows = await retryConflicts(
    () => sql`
      select destroy_rooms(array(
        select r.room_key from applications a join rooms r on r.app_id = a.app_id
         where a.deleted_at is not null and r.destroyed_at is null
           ${appId === undefined ? sql`` : sql`and a.app_id = ${appId}`}
         limit ${BATCH}), 'application_deleted')`,
  );
  return rows.length;
}

/** Processes of applications that are deleted and whose end nobody has asked for; of all of them, or of one. */
export async function findProcessesOfDeleted(
  { sql }: Database,
  appId?: string,
): Promise<{ readonly appId: string; readonly processId: string }[]> {
  return sql<{ appId: string; processId: string }[]>`
    select p.app_id as "appId", p.process_id as "processId"
      from processes p join applications a on a.app_id = p.app_id
     where a.deleted_at is not null and p.terminated_at is null and p.stop_reason is null
       ${appId === undefined ? sql`` : sql`and a.app_id = ${appId}`}
     order by p.process_id limit ${BATCH}`;
}
