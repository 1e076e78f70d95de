import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RoomService } from "@roombridge/client/room-service";
import { TEST_REGION } from "@roombridge/testing";
import { startMeasuredApp, type MeasuredApp } from "../create/start-app.ts";
import { residentMib } from "../rooms/resident.ts";
import type { Subject } from "./subject.ts";

/** Resident memory in MiB. */
export interface Memory {
  readonly gateway: number;
  readonly rtc: number;
  readonly host: number;
}

/** A host keeps house every two seconds. */
const HOST_MS = 5_000;
const LISTS = 20;

/** Of the gateway after all its load, of rtc after lists of 10,000 rooms, of a host that has kept house for a while. */
export async function measureMemory(subject: Subject, keys: string): Promise<Memory> {
  const dataDir = mkdtempSync(join(tmpdir(), "roombridge-bench-host-"));
  const log = { LOG_LEVEL: "warn", LOG_FORMAT: "json", DATABASE_URL: subject.url };
  try {
    const rtc = await startMeasuredApp("rtc", {
      ...{ ...log, TURN_CREDENTIAL_KEYS: keys },
      ...{ RTC_PORT: "0", RTC_APP_ID: subject.large.appId, RTC_REGION: TEST_REGION },
    });
    const rtcMib = await memoryAfter(rtc, () => listRooms(rtc.port));
    const host = await startMeasuredApp("host", {
      ...{ ...log, ROOMBRIDGE_DATA_DIR: dataDir, HOST_ID: "bench", HOST_REGIONS: "Frankfurt" },
    });
    const hostMib = await memoryAfter(host, () => delay(HOST_MS));
    return { gateway: residentMib(subject.gateway.pid), rtc: rtcMib, host: hostMib };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function memoryAfter(app: MeasuredApp, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return residentMib(app.pid);
  } finally {
    await app.stop();
  }
}

async function listRooms(port: number): Promise<void> {
  const client = new RoomService({ host: "127.0.0.1", port });
  try {
    for (let list = 0; list < LISTS; list += 1) await client.lists();
  } finally {
    await client.close();
  }
}
