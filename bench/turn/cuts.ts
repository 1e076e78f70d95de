import { setTimeout as delay } from "node:timers/promises";
import { destroyRoom, type RoomsContext } from "@roombridge/rooms";
import type { RoomSessions, Sessions } from "./sessions.ts";

/** From the commit of a destroy, as its caller learns of it, to the end of a session; milliseconds, one per room. */
export interface Cuts {
  /** The TCP connection was closed. */
  readonly tcp: readonly number[];
  /** The last datagram arrived; 0 when none came after the commit. One is sent every millisecond. */
  readonly udp: readonly number[];
}

const SILENCE_MS = 300;
/** Between two datagrams: often enough to see the end, not so often that the sending slows the relay down. */
const INTERVAL_MS = 1;

/** Destroys room after room while all other sessions go on. */
export async function measureCuts(options: {
  readonly rooms: RoomsContext;
  readonly appId: string;
  readonly sessions: Sessions;
  readonly count: number;
}): Promise<Cuts> {
  const { rooms: context, appId, sessions, count } = options;
  const tcp: number[] = [];
  const udp: number[] = [];
  for (const room of sessions.rooms.slice(0, count)) {
    const cut = await measureCut(room, () => destroyRoom(context, appId, room.roomId));
    tcp.push(cut.tcp);
    udp.push(cut.udp);
  }
  return { tcp, udp };
}

async function measureCut(
  { tcp, sender, receiver }: RoomSessions,
  destroy: () => Promise<unknown>,
): Promise<{ readonly tcp: number; readonly udp: number }> {
  let lastAtMs = 0;
  let isOver = false;
  const receiving = (async () => {
    while (!isOver) if (await receiver.receive(SILENCE_MS)) lastAtMs = performance.now();
  })();
  const sending = (async () => {
    while (!isOver) {
      sender.send(receiver.relayed, "x");
      await delay(INTERVAL_MS);
    }
  })();
  while (lastAtMs === 0) await delay(INTERVAL_MS);
  const closed = tcp.closed.then(() => performance.now());
  await destroy();
  const committedAtMs = performance.now();
  const closedAtMs = await closed;
  while (performance.now() - Math.max(lastAtMs, committedAtMs) < SILENCE_MS) await delay(INTERVAL_MS);
  isOver = true;
  await Promise.all([receiving, sending]);
  return { tcp: Math.max(0, closedAtMs - committedAtMs), udp: Math.max(0, lastAtMs - committedAtMs) };
}
