import type { RoomsContext } from "./context.ts";
import { processNotFound } from "./errors.ts";
import { isUuid } from "./ids.ts";
import { stopProcessById } from "./store/steer-processes.ts";

/**
 * Destroys the rooms of a process at once and has its host stop it (SIGTERM, then SIGKILL). Changes nothing when it has
 * ended already. Throws `process_not_found`.
 */
export async function stopProcess({ database }: RoomsContext, appId: string, processId: string): Promise<void> {
  const isKnown = isUuid(processId) && (await stopProcessById(database, appId, processId));
  if (!isKnown) throw processNotFound(processId);
}
