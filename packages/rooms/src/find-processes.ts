import type { RoomsContext } from "./context.ts";
import { toGameProcess, type GameProcess } from "./game-process.ts";
import { countMatchingProcesses, findLatestProcesses, type ProcessFilter } from "./store/find-processes.ts";

/** What Hathora calls "the 10 most recent". */
const LATEST = 10;

/** The ten newest processes of an application that match, newest first; ended ones for 72 h. */
export async function latestProcesses(
  { database }: RoomsContext,
  appId: string,
  filter: ProcessFilter,
): Promise<GameProcess[]> {
  return (await findLatestProcesses(database, appId, filter, LATEST)).map(toGameProcess);
}

/** How many processes of an application match; ended ones count for 72 h. */
export async function countProcesses(
  { database }: RoomsContext,
  appId: string,
  filter: ProcessFilter,
): Promise<number> {
  return countMatchingProcesses(database, appId, filter);
}
