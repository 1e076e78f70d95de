import { beatHost, type Database, type HostBeat, type LeaseWatch, openDatabase } from "@roombridge/rooms";
import { type Logger, type Loop, startLoop } from "@roombridge/service";
import type { OutageLog } from "./outage-log.ts";

/** A host counts as alive for six seconds after a beat. */
const BEAT_MS = 2_000;
/** After one that failed: of the lease not a moment must pass in vain once the database is back. */
const RETRY_MS = 200;
/** A beat that finds its connection silent must be sent on another one while the lease lasts. */
const ANSWER_SECONDS = 2;

export interface Heartbeat extends Loop {
  /** Settles when a younger host of the same HOST_ID has taken over. */
  readonly superseded: Promise<string>;
}

/** A connection for heartbeats alone: on shared ones they would wait until all of these have been given up. */
export function openPulse(url: string): Database {
  const applicationName = "roombridge host heartbeat";
  return openDatabase({ url, applicationName, maxConnections: 1, answerTimeoutSeconds: ANSWER_SECONDS });
}

/** Renews the host's lease. A loop of its own: nothing slow may delay it. */
export function startHeartbeat(
  database: Database,
  beat: HostBeat,
  { outages, watch, log }: { readonly outages: OutageLog; readonly watch: LeaseWatch; readonly log: Logger },
): Heartbeat {
  let isDrained = false;
  const { promise: superseded, resolve } = Promise.withResolvers<string>();
  const loop = startLoop(BEAT_MS, async () => {
    try {
      const answer = await beatHost(database, beat);
      outages.succeeded();
      watch.beaten(performance.now());
      if (isDrained !== (answer === "drained")) {
        isDrained = answer === "drained";
        log.warn(isDrained ? "drained by an operator: no more game servers" : "not drained any more");
      }
      if (answer === "superseded") resolve(`another host with HOST_ID ${beat.hostId} has taken over`);
    } catch (error) {
      outages.failed(error, "the heartbeat");
      setTimeout(() => loop.wake(), RETRY_MS).unref();
    }
  });
  return { ...loop, superseded };
}
