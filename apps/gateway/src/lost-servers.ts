import { setTimeout as delay } from "node:timers/promises";
import { endLostStaticProcesses, isConnectionError, LeaseWatch, readClock, type Database } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";

const ROUND_MS = 2_000;

export interface LostServers {
  /** Waits for the round under way; no other follows. */
  stop(): Promise<void>;
}

/**
 * Ends the registered game servers that no longer send heartbeats. It is the gateway that does so, and only after eight
 * seconds in touch with the database: who takes the heartbeats knows that they could have come. A gateway that was away gives
 * its servers time to find it again.
 */
export function startLostServers(database: Database, log: Logger): LostServers {
  const watch = new LeaseWatch();
  const stopped = new AbortController();
  let isFailing = false;

  async function round(): Promise<void> {
    try {
      const clockMs = await readClock(database);
      watch.beaten(performance.now());
      watch.clockRead(performance.now(), clockMs);
      const ended = watch.isSteady(performance.now()) ? await endLostStaticProcesses(database) : 0;
      if (ended > 0) log.warn({ servers: ended }, "registered game servers stopped sending heartbeats");
      isFailing = false;
    } catch (error) {
      const level = isConnectionError(error) ? "warn" : "error";
      if (!isFailing) log[level]({ err: error }, "looking for lost game servers failed; it will be tried again");
      isFailing = true;
    }
  }
  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await round();
      await delay(ROUND_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  }
  const running = run();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
