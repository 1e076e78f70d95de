import type { Database } from "./store/database.ts";
import { endLostProcess } from "./store/processes.ts";
import { findLostStaticProcesses } from "./store/static-processes.ts";

/** They are running from their registration on. */
const NO_BIND_DEADLINE_SECONDS = 2_147_483_647;

/**
 * Ends the static processes that have not beaten for six seconds; their rooms lose their process. Answers how many. Any number
 * may run at once. To be called by who takes the heartbeats, and only while it could have taken them.
 */
export async function endLostStaticProcesses(database: Database): Promise<number> {
  let ended = 0;
  for (const processId of await findLostStaticProcesses(database)) {
    ended += Number(await endLostProcess(database, processId, NO_BIND_DEADLINE_SECONDS));
  }
  return ended;
}
