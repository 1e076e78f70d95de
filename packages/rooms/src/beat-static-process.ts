import type { RoomsContext } from "./context.ts";
import { processNotFound, RoomError } from "./errors.ts";
import { isUuid } from "./ids.ts";
import { toStaticProcess, type StaticProcess } from "./static-process.ts";
import { beatStatic } from "./store/static-processes.ts";

/**
 * The heartbeat of a game server that somebody else has started. Without one for six seconds it counts as lost. One that was
 * asked to stop may go on for 60 s; one that ended because of that is told so again.
 * Throws `process_not_found`, `process_gone` (it was lost: register anew), `process_superseded` (end: another one has the name).
 */
export async function beatStaticProcess(
  { database }: RoomsContext,
  appId: string,
  processId: string,
  /** Of the answer before, so that rooms are sent only when they have changed. */
  roomsVersion?: string,
): Promise<StaticProcess> {
  if (!isUuid(processId)) throw processNotFound(processId);
  const row = await beatStatic(database, { appId, processId, roomsVersion });
  switch (row.outcome) {
    case "alive":
    case "stopped":
      return toStaticProcess(processId, row);
    case "superseded":
      throw new RoomError(
        "process_superseded",
        `another instance has registered under the name of process ${processId}`,
      );
    case "gone":
      throw new RoomError("process_gone", `process ${processId} has ended: register anew`);
    case "not_found":
      throw processNotFound(processId);
  }
}
