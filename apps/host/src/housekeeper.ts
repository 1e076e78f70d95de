import {
  type Database,
  type HousekeepingLock,
  type HousekeepingSettings,
  type LeaseWatch,
  readClock,
  runHousekeeping,
} from "@roombridge/rooms";
import { type Loop, startLoop } from "@roombridge/service";
import type { OutageLog } from "./outage-log.ts";

const INTERVAL_MS = 2_000;

export interface HousekeeperOptions {
  readonly database: Database;
  readonly lock: HousekeepingLock;
  readonly settings: HousekeepingSettings;
  readonly outages: OutageLog;
  readonly watch: LeaseWatch;
}

/** Runs the housekeeping while no other host does, and while leases can be believed. */
export function startHousekeeper({ database, lock, settings, outages, watch }: HousekeeperOptions): Loop {
  return startLoop(INTERVAL_MS, async () => {
    try {
      const clockMs = await readClock(database);
      watch.clockRead(performance.now(), clockMs);
      if (!watch.isSteady(performance.now())) return;
      if (await lock.tryHold()) await runHousekeeping(database, settings);
    } catch (error) {
      outages.failed(error, "the housekeeping");
    }
  });
}
