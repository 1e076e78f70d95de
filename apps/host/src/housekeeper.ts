import {
  type Database,
  type HousekeepingLock,
  type HousekeepingSettings,
  type LeaseWatch,
  readClock,
  runHousekeeping,
} from "@roombridge/rooms";
import { type Loop, startLoop } from "@roombridge/service";
import type { FleetGauges } from "./metrics/fleet-gauges.ts";
import type { HostMetrics } from "./metrics/host-metrics.ts";
import type { OutageLog } from "./outage-log.ts";

const INTERVAL_MS = 2_000;

export interface HousekeeperOptions {
  readonly database: Database;
  readonly lock: HousekeepingLock;
  readonly settings: HousekeepingSettings;
  readonly outages: OutageLog;
  readonly watch: LeaseWatch;
  readonly metrics?: HostMetrics | undefined;
  readonly fleet?: FleetGauges | undefined;
}

/** Runs the housekeeping while no other host does, and while leases can be believed. */
export function startHousekeeper(options: HousekeeperOptions): Loop {
  const { database, lock, outages, watch, fleet } = options;
  return startLoop(INTERVAL_MS, async () => {
    try {
      const clockMs = await readClock(database);
      watch.clockRead(performance.now(), clockMs);
      if (!watch.isSteady(performance.now())) return;
      if (await lock.tryHold()) await keepHouse(options);
      else fleet?.forget();
    } catch (error) {
      outages.failed(error, "the housekeeping");
    }
  });
}

async function keepHouse({ database, settings, metrics, fleet }: HousekeeperOptions): Promise<void> {
  const startedAtMs = performance.now();
  const report = await runHousekeeping(database, settings);
  metrics?.housekept((performance.now() - startedAtMs) / 1_000, report);
  await fleet?.measure();
}
