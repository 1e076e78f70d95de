import { setTimeout as delay } from "node:timers/promises";
import type { RoombridgeClient } from "@roombridge/client";
import { type Call, libwebrtc } from "@roombridge/testing/call";

export interface Renewals {
  /** The longest silence of a call that sends every 20 ms while its credentials are renewed; milliseconds, one per call. */
  readonly gapsMs: readonly number[];
  /** The same without a renewal. */
  readonly quietGapsMs: readonly number[];
  /** Messages that did not arrive. */
  readonly lost: number;
}

/** How long a call is listened to, and how long the last messages may take. */
const QUIET_MS = 1_000;
const ARRIVAL_MS = 2_000;

/** Calls of libwebrtc over the relay only; each gets a new credential and restarts ICE in the middle. */
export async function measureRenewals(client: RoombridgeClient, count: number): Promise<Renewals> {
  const engine = libwebrtc();
  const gapsMs: number[] = [];
  const quietGapsMs: number[] = [];
  let lost = 0;
  for (let n = 0; n < count; n += 1) {
    const { roomId } = await client.roomsV2.createRoom({ region: "Tokyo" });
    const issue = () => client.roomsV2.createIceServers(roomId, { playerId: "ada" });
    const old = await issue();
    const call = await engine.connectCall(old.iceServers);
    const quiet = await during(call, async () => {});
    const renewed = await during(call, async () => {
      await call.renew((await issue()).iceServers);
      await client.roomsV2.revokeIceServers(roomId, { username: old.username });
    });
    quietGapsMs.push(quiet.longestGapMs);
    gapsMs.push(renewed.longestGapMs);
    lost += quiet.lost + renewed.lost;
    await call.close();
    await client.roomsV2.destroyRoom(roomId);
  }
  return { gapsMs, quietGapsMs, lost };
}

async function during(call: Call, work: () => Promise<void>): Promise<{ longestGapMs: number; lost: number }> {
  await call.startStream();
  await work();
  await delay(QUIET_MS);
  const { longestGapMs } = await call.stream();
  const sent = await call.stopStream();
  const deadline = performance.now() + ARRIVAL_MS;
  for (;;) {
    const { received } = await call.stream();
    if (received.length === sent || performance.now() > deadline) return { longestGapMs, lost: sent - received.length };
    await delay(5);
  }
}
