import type { Database } from "./store/database.ts";
import {
  deleteDeadCredentials,
  deleteHistory,
  deleteTombstones,
  destroyExpiredRooms,
  destroyForgottenRooms,
  findLostProcesses,
  stopIdleProcesses,
} from "./store/housekeeping.ts";
import { endProcess } from "./store/processes.ts";

export interface HousekeepingSettings {
  /** Rooms that nobody resumed are destroyed after this time. */
  readonly unscheduledTtlHours: number;
  /** A process that has not bound its ports by then has failed. Hathora: 100 s. */
  readonly bindDeadlineSeconds: number;
}

/** How many rows each job changed. */
export interface HousekeepingReport {
  readonly expiredRooms: number;
  readonly forgottenRooms: number;
  readonly lostProcesses: number;
  readonly idleProcesses: number;
  readonly tombstones: number;
  readonly history: number;
  readonly credentials: number;
}

/**
 * One round of everything that time alone brings about, by the database clock, in batches of 1,000 a job. Any number may
 * run at once without harm; one is enough.
 */
export async function runHousekeeping(database: Database, settings: HousekeepingSettings): Promise<HousekeepingReport> {
  return {
    lostProcesses: await endLostProcesses(database, settings.bindDeadlineSeconds),
    expiredRooms: await destroyExpiredRooms(database),
    forgottenRooms: await destroyForgottenRooms(database, settings.unscheduledTtlHours),
    idleProcesses: await stopIdleProcesses(database),
    tombstones: await deleteTombstones(database),
    history: await deleteHistory(database),
    credentials: await deleteDeadCredentials(database),
  };
}

async function endLostProcesses(database: Database, bindDeadlineSeconds: number): Promise<number> {
  let ended = 0;
  for (const { processId, reason } of await findLostProcesses(database, bindDeadlineSeconds)) {
    if (await endProcess(database, { processId, reason })) ended += 1;
  }
  return ended;
}
