import { createSocket } from "node:dgram";
import { once } from "node:events";
import { allocate, type Allocation } from "@roombridge/testing/turn";
import { waitFor } from "@roombridge/testing";
import { onTestFinished } from "vitest";
import { RELAY_IP, type TestCoturn } from "./test-coturn.ts";

export type Transport = "udp" | "tcp";

/** Somebody who relays: whatever it sends to the echo comes back, as long as the session lives. */
export interface Player {
  readonly allocation: Allocation;
  /** One message there and back. */
  hears(timeoutMs?: number): Promise<boolean>;
}

const LONG_MS = 10_000;
const SHORT_MS = 300;

/** A UDP echo that the relay may reach; until the test is over. */
export async function openEcho(): Promise<{ readonly address: string; readonly port: number; close(): void }> {
  const socket = createSocket("udp4");
  socket.on("message", (data, { address, port }) => socket.send(data, port, address));
  socket.bind(0, RELAY_IP);
  await once(socket, "listening");
  return { ...socket.address(), close: () => socket.close() };
}

/** Opens a session and waits until it relays. */
export async function play(
  coturn: TestCoturn,
  credential: { readonly username: string; readonly password: string },
  {
    transport = "udp",
    peer,
    origin,
  }: { transport?: Transport; peer: { address: string; port: number }; origin?: string },
): Promise<Player> {
  const { username, password } = credential;
  const { host, port } = coturn;
  // After a restart of the database each of coturn's authentication threads loses one log-in.
  const allocation = await waitFor(
    async () => {
      const answer = await allocate({
        host,
        port,
        transport,
        username,
        password,
        ...(origin !== undefined && { origin }),
      });
      return answer.ok && answer;
    },
    { what: "coturn to let the player in" },
  );
  onTestFinished(() => allocation.close());
  await allocation.bindChannel(0x4000, peer);
  let count = 0;
  const player: Player = {
    allocation,
    async hears(timeoutMs = LONG_MS) {
      const words = `message ${(count += 1)}`;
      const deadline = performance.now() + timeoutMs;
      allocation.sendOnChannel(0x4000, words);
      while (performance.now() < deadline) {
        const heard = await allocation.receive(deadline - performance.now());
        if (heard?.data.toString() === words) return true;
      }
      return false;
    },
  };
  if (!(await player.hears())) throw new Error("the relay does not relay");
  return player;
}

/** Resolves when nothing comes back any more. */
export function silence(player: Player, timeoutMs = LONG_MS): Promise<boolean> {
  return waitFor(async () => !(await player.hears(SHORT_MS)), { what: "the relay to fall silent", timeoutMs });
}

/** True when coturn refuses a new session to this credential. */
export async function isRefused(
  { host, port }: TestCoturn,
  credential: { username: string; password: string },
): Promise<boolean> {
  const { username, password } = credential;
  const answer = await allocate({ host, port, transport: "udp", username, password });
  if (answer.ok) await answer.close();
  return !answer.ok && answer.code === 401;
}
