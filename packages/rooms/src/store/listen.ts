import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { randomBase36 } from "../ids.ts";
import { answerTimeoutSeconds } from "./database.ts";

export type Channel = "roombridge_events" | "roombridge_processes" | "roombridge_rooms";

export interface Listener {
  close(): Promise<void>;
}

interface Subscription {
  /** Sends a notification to itself and waits for it. */
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

const CHECK_INTERVAL_MS = 2_000;
const ECHO_TIMEOUT_MS = 2_000;

/**
 * Calls `wake` after each notification, and after each time that notifications may have been missed. A wake-up carries no
 * truth and may be lost: whoever listens reads tables, and polls as well. `url` must reach the server itself (no
 * transaction pooler). Rejects when the first connection cannot be made.
 */
export async function listen(
  url: string,
  channels: Channel | readonly Channel[],
  wake: (payload: string) => void,
): Promise<Listener> {
  const names = typeof channels === "string" ? [channels] : channels;
  const closing = new AbortController();
  let subscription: Subscription | undefined = await subscribe(url, names, wake);
  const watch = async () => {
    while (!closing.signal.aborted) {
      await delay(CHECK_INTERVAL_MS, undefined, { signal: closing.signal, ref: false }).catch(() => {});
      if (closing.signal.aborted) return;
      // postgres.js listens again once after a lost connection, and is deaf for good when that fails.
      if (await subscription?.isAlive()) continue;
      await subscription?.close();
      subscription = await subscribe(url, names, wake).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    async close() {
      closing.abort();
      await subscription?.close();
      await watching;
    },
  };
}

async function subscribe(
  url: string,
  channels: readonly Channel[],
  wake: (payload: string) => void,
): Promise<Subscription> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    answer_timeout: answerTimeoutSeconds(),
    connection: { application_name: `roombridge listen ${channels.join(" ")}`.slice(0, 63) },
    onnotice: () => {},
  });
  const echoChannel = `roombridge_echo_${randomBase36(12)}`;
  let onEcho = () => {};
  const close = () => sql.end({ timeout: 1 }).catch(() => {});
  try {
    for (const channel of channels) await sql.listen(channel, wake, () => wake(""));
    await sql.listen(echoChannel, () => onEcho());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async isAlive() {
      const echo = new Promise<void>((resolve) => {
        onEcho = resolve;
      });
      const timeout = delay(ECHO_TIMEOUT_MS, "deaf", { ref: false });
      try {
        await sql.notify(echoChannel, "");
        return (await Promise.race([echo, timeout])) !== "deaf";
      } catch {
        return false;
      }
    },
  };
}
