import { randomUUID } from "node:crypto";
import { LeaseWatch } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { freePort, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { openPulse, startHeartbeat } from "./heartbeat.ts";
import { OutageLog } from "./outage-log.ts";

/** The pause between beats that are answered. */
const BEAT_MS = 2_000;

test("a beat that failed is tried again well before the next one would be due", async () => {
  const failedAtMs: number[] = [];
  class Observed extends OutageLog {
    override failed(): void {
      failedAtMs.push(performance.now());
    }
  }
  const pulse = openPulse(`postgres://nobody:nothing@127.0.0.1:${await freePort()}/nowhere`);
  const beat = {
    hostId: `host-${randomUUID()}`,
    provider: "local",
    regions: [],
    publicHost: "127.0.0.1",
    maxProcesses: 1,
    incarnation: randomUUID(),
  } as const;
  const log = createLog({ name: "test", level: "silent", format: "json" });
  const heartbeat = startHeartbeat(pulse, beat, { outages: new Observed(log), watch: new LeaseWatch(), log });
  onTestFinished(async () => {
    await heartbeat.stop();
    await pulse.close();
  });
  await waitFor(() => failedAtMs.length > 2, { what: "three failures", timeoutMs: 40_000 });
  const pauses = failedAtMs.slice(1).map((at, index) => at - (failedAtMs[index] ?? 0));
  expect(Math.min(...pauses)).toBeLessThan(BEAT_MS);
});
