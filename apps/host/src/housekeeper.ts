import { type Database, type HousekeepingLock, type HousekeepingSettings, runHousekeeping } from "@roombridge/rooms";
import { type Loop, startLoop } from "./loop.ts";
import type { OutageLog } from "./outage-log.ts";

const INTERVAL_MS = 2_000;
/** After an outage every host's lease is over; they get this time to renew it before any counts as lost. */
const AFTER_OUTAGE_MS = 8_000;

export interface HousekeeperOptions {
  readonly database: Database;
  readonly lock: HousekeepingLock;
  readonly settings: HousekeepingSettings;
  readonly outages: OutageLog;
}

/** Runs the housekeeping while no other host does. */
export function startHousekeeper({ database, lock, settings, outages }: HousekeeperOptions): Loop {
  return startLoop(INTERVAL_MS, async () => {
    try {
      if (outages.isRecent(AFTER_OUTAGE_MS)) return;
      if (await lock.tryHold()) await runHousekeeping(database, settings);
    } catch (error) {
      outages.failed(error, "the housekeeping");
    }
  });
}
