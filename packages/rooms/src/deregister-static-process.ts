import type { RoomsContext } from "./context.ts";
import { processNotFound } from "./errors.ts";
import { isUuid } from "./ids.ts";
import { endProcess } from "./store/processes.ts";
import { isStaticProcess } from "./store/static-processes.ts";

/**
 * A game server that somebody else has started ends. Exit code 0 destroys its rooms, any other leaves them without a process;
 * after StopProcess they are destroyed already. Does nothing when it had ended before. Throws `process_not_found`.
 */
export async function deregisterStaticProcess(
  { database }: RoomsContext,
  appId: string,
  processId: string,
  exitCode: number,
): Promise<void> {
  const isKnown = isUuid(processId) && (await isStaticProcess(database, appId, processId));
  if (!isKnown) throw processNotFound(processId);
  await endProcess(database, { processId, reason: "exited", exitCode });
}
