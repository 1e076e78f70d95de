import { setTimeout as delay } from "node:timers/promises";
import type { RoombridgeClient } from "@roombridge/client";
import { firstByte } from "./first-byte.ts";

/** Milliseconds from the call of create to the first byte of the game. */
export interface Round {
  /** A process had to be started. */
  readonly cold: number;
  /** A running process had a free slot. */
  readonly warm: number;
}

/** What a client that waits for its room does; its share in the figures is half of this. */
const POLL_MS = 5;
const DEADLINE_MS = 60_000;

/** A room on a new process, another one on the same process after it, and the end of the process. */
export async function measureRound(client: RoombridgeClient, region: string): Promise<Round> {
  const cold = await measure(client, region);
  const warm = await measure(client, region);
  if (warm.processId !== cold.processId) throw new Error("the second room is not on the process of the first one");
  await client.processesV3.stopProcess(warm.processId);
  const deadlineMs = performance.now() + DEADLINE_MS;
  while ((await client.processesV3.getProcess(warm.processId)).terminatedAt === null) {
    if (performance.now() > deadlineMs) throw new Error(`process ${warm.processId} does not end`);
    await delay(POLL_MS);
  }
  return { cold: cold.ms, warm: warm.ms };
}

async function measure(
  { roomsV2 }: RoombridgeClient,
  region: string,
): Promise<{ readonly ms: number; readonly processId: string }> {
  const startedAtMs = performance.now();
  const { roomId, processId } = await roomsV2.createRoom({ region });
  const { exposedPort } = await roomsV2.waitUntilActive(roomId, { pollIntervalMs: POLL_MS, timeoutMs: DEADLINE_MS });
  await firstByte(exposedPort, roomId);
  const ms = performance.now() - startedAtMs;
  await roomsV2.destroyRoom(roomId);
  return { ms, processId };
}
