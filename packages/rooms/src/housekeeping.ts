import { endDeletedApplications } from "./end-deleted-application.ts";
import { isConnectionError, type Database } from "./store/database.ts";
import {
  BATCH,
  deleteDeadCredentials,
  deleteEndedAllocations,
  deleteEndedProcesses,
  deleteEndedTurnSessions,
  deleteOldDeliveries,
  deleteOldEvents,
  deleteRetiredTurnSecrets,
  deleteSilentHosts,
  deleteSilentTurnServers,
  deleteTombstones,
  destroyExpiredRooms,
  destroyForgottenRooms,
  endUnseenTurnSessions,
  findLostProcesses,
} from "./store/housekeeping.ts";
import { settleLobbies } from "./store/lobbies.ts";
import { endLostProcess } from "./store/processes.ts";
import { deleteStaleDeliveries } from "./store/webhook-deliveries.ts";
import { drainProcessesOfHosts } from "./store/host-drain.ts";
import { drainOldProcesses, findRetiring, retireProcess } from "./store/retire-processes.ts";
import { findColdPools, warmPool } from "./store/warm-pools.ts";

export interface HousekeepingSettings {
  /** Rooms that nobody resumed are destroyed after this time. */
  readonly unscheduledTtlHours: number;
  /** A process that has not bound its ports by then has failed. Hathora: 100 s. */
  readonly bindDeadlineSeconds: number;
  /** A process that has been running for longer takes no more rooms, and is stopped when it has none. No limit when absent. */
  readonly maxProcessAgeHours?: number | undefined;
}

/** How many rows each job changed. */
export interface HousekeepingReport {
  readonly expiredRooms: number;
  readonly forgottenRooms: number;
  /** Rooms, processes and webhooks of applications that were deleted. */
  readonly deletedApplications: number;
  readonly lostProcesses: number;
  /** Which have been running for too long to take more rooms. */
  readonly drainedProcesses: number;
  /** Asked to end, because they have nothing to do any more. */
  readonly idleProcesses: number;
  /** Started ahead of the rooms that they are for. */
  readonly warmProcesses: number;
  readonly tombstones: number;
  /** An hour old, and looked at whether they have a room. */
  readonly lobbies: number;
  readonly history: number;
  readonly credentials: number;
  /** Relay sessions, relays and secrets. */
  readonly turn: number;
}

/** Batches of one job in one round: 10,000 rows every two seconds are more than a database creates. */
const MAX_BATCHES = 10;

/**
 * One round of everything that time alone brings about, by the database clock, in batches of 1,000. Any number may run at
 * once without harm; one is enough. A job that fails does not keep the others from their work: the first failure is
 * thrown at the end.
 */
export async function runHousekeeping(database: Database, settings: HousekeepingSettings): Promise<HousekeepingReport> {
  const failures: unknown[] = [];
  const attempt: Attempt = async (job) => {
    try {
      return await job();
    } catch (error) {
      // Nothing else would go better.
      if (isConnectionError(error)) throw error;
      failures.push(error);
      return 0;
    }
  };
  const inBatches = async (job: () => Promise<number>): Promise<number> => {
    let done = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const count = await attempt(job);
      done += count;
      if (count < BATCH) break;
    }
    return done;
  };
  const report = {
    lostProcesses: await endLostProcesses(database, settings.bindDeadlineSeconds, attempt),
    expiredRooms: await inBatches(() => destroyExpiredRooms(database)),
    forgottenRooms: await inBatches(() => destroyForgottenRooms(database, settings.unscheduledTtlHours)),
    deletedApplications: await attempt(() => endDeletedApplications(database)),
    drainedProcesses: await drainProcesses(database, settings, inBatches),
    idleProcesses: await retireProcesses(database, attempt),
    warmProcesses: await warmPools(database, attempt),
    tombstones: await inBatches(() => deleteTombstones(database)),
    lobbies: await inBatches(() => settleLobbies(database)),
    history:
      (await inBatches(() => deleteEndedAllocations(database))) +
      (await inBatches(() => deleteEndedProcesses(database))) +
      (await inBatches(() => deleteOldEvents(database))) +
      (await inBatches(() => deleteOldDeliveries(database))) +
      (await inBatches(() => deleteStaleDeliveries(database, BATCH))) +
      (await inBatches(() => deleteSilentHosts(database))),
    credentials: await inBatches(() => deleteDeadCredentials(database)),
    turn:
      (await inBatches(() => endUnseenTurnSessions(database))) +
      (await inBatches(() => deleteEndedTurnSessions(database))) +
      (await inBatches(() => deleteSilentTurnServers(database))) +
      (await inBatches(() => deleteRetiredTurnSecrets(database))),
  };
  if (failures.length > 0) throw failures[0];
  return report;
}

type Attempt = (job: () => Promise<number>) => Promise<number>;

/** One process after the other: what two of one pool may do depends on each other. */
async function retireProcesses(database: Database, attempt: Attempt): Promise<number> {
  let retired = 0;
  await attempt(async () => {
    for (const processId of await findRetiring(database)) {
      retired += await attempt(async () => Number((await retireProcess(database, processId)) !== undefined));
    }
    return retired;
  });
  return retired;
}

async function drainProcesses(
  database: Database,
  { maxProcessAgeHours }: HousekeepingSettings,
  inBatches: Attempt,
): Promise<number> {
  const old =
    maxProcessAgeHours === undefined ? 0 : await inBatches(() => drainOldProcesses(database, maxProcessAgeHours));
  return old + (await inBatches(() => drainProcessesOfHosts(database)));
}

async function warmPools(database: Database, attempt: Attempt): Promise<number> {
  let started = 0;
  await attempt(async () => {
    for (const pool of await findColdPools(database)) started += await attempt(() => warmPool(database, pool));
    return started;
  });
  return started;
}

async function endLostProcesses(database: Database, bindDeadlineSeconds: number, attempt: Attempt): Promise<number> {
  let ended = 0;
  await attempt(async () => {
    for (const processId of await findLostProcesses(database, bindDeadlineSeconds)) {
      ended += await attempt(async () => Number(await endLostProcess(database, processId, bindDeadlineSeconds)));
    }
    return ended;
  });
  return ended;
}
