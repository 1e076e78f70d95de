import { BATCH } from "./store/housekeeping.ts";
import type { Database } from "./store/database.ts";
import { destroyRoomsOfDeleted, findProcessesOfDeleted } from "./store/delete-application.ts";
import { stopProcessById } from "./store/steer-processes.ts";

/**
 * Destroys what lives of deleted applications and asks for the end of their processes, in batches; of all of them, or of one.
 * Whatever a call leaves, the next one ends. Answers how many rooms and processes.
 */
export async function endDeletedApplications(database: Database, appId?: string): Promise<number> {
  let ended = 0;
  for (let count = BATCH; count === BATCH; ended += count) count = await destroyRoomsOfDeleted(database, appId);
  for (const process of await findProcessesOfDeleted(database, appId)) {
    ended += Number(await stopProcessById(database, process.appId, process.processId));
  }
  return ended;
}
