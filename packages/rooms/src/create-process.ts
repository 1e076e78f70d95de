import type { Region } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { toGameProcess, type GameProcess } from "./game-process.ts";
import { newUuid } from "./ids.ts";
import { refusePlacement } from "./placement-refusal.ts";
import { findProcess } from "./store/find-processes.ts";
import { insertProcess } from "./store/steer-processes.ts";

/**
 * Starts a process without a room on the newest deployment, so that later rooms find it running. It ends like any other
 * after 300 s without rooms, where its deployment says so. Throws `deployment_not_found` when the application has none,
 * `no_capacity` and `quota_exceeded`.
 */
export async function createProcess(
  context: RoomsContext,
  { appId }: Pick<Application, "appId">,
  region: Region,
): Promise<GameProcess> {
  const { database } = context;
  const processId = newUuid();
  const { outcome, retryAfterSeconds } = await insertProcess(database, { appId, region, processId });
  if (outcome === "no_deployment") {
    throw new RoomError("deployment_not_found", `application ${appId} has no deployment`);
  }
  if (outcome !== "created") throw refusePlacement(outcome, region, retryAfterSeconds);
  const row = await findProcess(database, appId, processId);
  if (!row) throw new RoomError("internal", `no process ${processId} although it was created`);
  return toGameProcess(row);
}
