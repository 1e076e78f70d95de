import type { RoomsContext } from "./context.ts";
import { processNotFound } from "./errors.ts";
import { toGameProcess, type GameProcess } from "./game-process.ts";
import { isUuid } from "./ids.ts";
import { findProcess } from "./store/find-processes.ts";

/** A process of this application, ended ones for 72 h. Throws `process_not_found`. */
export async function getProcess({ database }: RoomsContext, appId: string, processId: string): Promise<GameProcess> {
  const row = isUuid(processId) ? await findProcess(database, appId, processId) : undefined;
  if (!row) throw processNotFound(processId);
  return toGameProcess(row);
}
