import { setTimeout as delay } from "node:timers/promises";
import { RoombridgeClient } from "@roombridge/client";
import { claimProcesses, createRoom, listen, reportRunning } from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import type { Fixture } from "./fixture.ts";
import { nowMs, startWaiter } from "./waiter.ts";

export interface RoundSettings {
  readonly waiters: number;
  /** Between two processes that get ready. */
  readonly intervalMs: number;
}

export interface RoundResult {
  /** From the event, as the database dates it, to the first byte at a waiting client. */
  readonly waitMs: readonly number[];
  /** The same to those who follow events. */
  readonly followMs: readonly number[];
  /** To the answer of the database to whoever reported the process: before, nobody can know. */
  readonly commitMs: readonly number[];
  /** From then on to the first byte at a waiting client: what is ours, whatever the commit took. */
  readonly afterCommitMs: readonly number[];
  /** To a connection that only listens: what the gateways and their reads do not add. */
  readonly notifyMs: readonly number[];
}

/** What the gateways get to take in all who wait before the first process gets ready. */
const SETTLE_MS = 1_500;

/** Rooms on processes that start, clients that wait for them, spread over the gateways, and then one process after the other. */
export async function measureRound(fixture: Fixture, { waiters, intervalMs }: RoundSettings): Promise<RoundResult> {
  const { rooms, application, host, ports, databaseUrl } = fixture;
  await fixture.clean();
  const created = await Promise.all(
    Array.from({ length: waiters }, () => createRoom(rooms, { application, region: TEST_REGION })),
  );
  const orders = await claimProcesses(rooms.database, { ...host, limit: 10_000 });
  const clients = await Promise.all(
    created.map(({ roomId }, index) => startWaiter(ports[index % ports.length] ?? 0, application.appId, roomId)),
  );
  const followed = ports.map((port) => follow(fixture, port, waiters));
  const notifiedAtMs: number[] = [];
  const listener = await listen(databaseUrl, "roombridge_processes", (region) => {
    if (region !== "") notifiedAtMs.push(nowMs());
  });
  const committedAtMs: (readonly [processId: string, atMs: number])[] = [];
  await delay(SETTLE_MS);
  for (const [index, { processId }] of orders.entries()) {
    const beganAtMs = nowMs();
    await reportRunning(rooms.database, {
      processId,
      incarnation: host.incarnation,
      exposedPort: { host: "127.0.0.1", name: "default", port: 20_000 + (index % 10_000), transportType: "tcp" },
      additionalExposedPorts: [],
    });
    committedAtMs.push([processId, nowMs()]);
    await delay(Math.max(0, intervalMs - (nowMs() - beganAtMs)));
  }
  const answers = await Promise.all(
    clients.map(async ({ roomId, answeredAtMs }) => [roomId, await answeredAtMs] as const),
  );
  for (const { close } of clients) close();
  await listener.close();
  const events = await rooms.database.sql<{ roomId: string; processId: string; micros: string }[]>`
    select payload->>'roomId' as "roomId", payload->>'processId' as "processId",
           (extract(epoch from created_at) * 1e6)::bigint as micros
      from room_events where type = 'room.active'`;
  const eventAtMs = new Map(
    events.flatMap(({ roomId, processId, micros }) => {
      const atMs = Number(micros) / 1_000;
      return [
        [roomId, atMs],
        [processId, atMs],
      ];
    }),
  );
  const since = (seen: readonly (readonly [string, number])[]) =>
    seen.map(([id, atMs]) => atMs - (eventAtMs.get(id) ?? Number.NaN));
  const processOf = new Map(events.map(({ roomId, processId }) => [roomId, processId]));
  const commits = new Map(committedAtMs);
  return {
    waitMs: since(answers),
    afterCommitMs: answers.map(([roomId, atMs]) => atMs - (commits.get(processOf.get(roomId) ?? "") ?? Number.NaN)),
    followMs: since((await Promise.all(followed)).flat()),
    commitMs: since(committedAtMs),
    // One report after the other, and each transaction notifies once.
    notifyMs: since(committedAtMs.map(([processId], index) => [processId, notifiedAtMs[index] ?? Number.NaN])),
  };
}

/** When each room's event came to one who follows them at this gateway. */
async function follow(
  { application, token }: Fixture,
  port: number,
  count: number,
): Promise<(readonly [string, number])[]> {
  const { appId } = application;
  const { roomsV2 } = new RoombridgeClient({ serverUrl: `http://127.0.0.1:${port}`, token, appId });
  const seen: (readonly [string, number])[] = [];
  for await (const { data } of roomsV2.events({ types: ["room.active"] })) {
    if (seen.push([data.roomId ?? "", nowMs()]) === count) break;
  }
  return seen;
}
