import { BATCH } from "./store/housekeeping.ts";
import type { Database } from "./store/database.ts";
import { destroyRoomsOfDeleted, findProcessesOfDeleted, findWebhooksOfDeleted } from "./store/delete-application.ts";
import { stopProcessById } from "./store/steer-processes.ts";
import { deleteWebhookById } from "./store/webhooks.ts";

/**
 * Destroys what lives of deleted applications, asks for the end of their processes and forgets their webhooks, in batches; of
 * all of them, or of one. Whatever a call leaves, the next one ends. Answers how many rooms, processes and webhooks.
 */
export async function endDeletedApplications(database: Database, appId?: string): Promise<number> {
  let ended = 0;
  // First: nobody is told any more, not even of what is destroyed here.
  for (const webhookId of await findWebhooksOfDeleted(database, appId)) {
    await deleteWebhookById(database, webhookId);
    ended += 1;
  }
  for (let count = BATCH; count === BATCH; ended += count) count = await destroyRoomsOfDeleted(database, appId);
  for (const process of await findProcessesOfDeleted(database, appId)) {
    ended += Number(await stopProcessById(database, process.appId, process.processId));
  }
  return ended;
}
