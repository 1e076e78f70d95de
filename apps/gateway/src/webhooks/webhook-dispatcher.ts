import { setTimeout as delay } from "node:timers/promises";
import {
  claimDeliveries,
  enqueueWebhookEvents,
  isConnectionError,
  releaseDeliveries,
  WEBHOOK_RETRY,
  type DueDelivery,
  type RoomsContext,
  type WebhookRetry,
} from "@roombridge/rooms";
import { startLoop, type Logger, type Telemetry } from "@roombridge/service";
import { AttemptRecorder } from "./attempt-recorder.ts";
import { openWebhookSender } from "./send-webhook.ts";
import { WebhookLookout } from "./webhook-lookout.ts";
import { WebhookMetrics } from "./webhook-metrics.ts";

/** Nothing waits longer when wake-ups get lost, and attempts are so late at most. */
const POLL_MS = 1_000;
/** While much happens, it is written down together. */
const SPACING_MS = 10;
/** Attempts side by side at one webhook. */
const PARALLEL = 8;
/** Attempts side by side at all of them: each is a connection. */
const MAX_UNDER_WAY = 1_000;
/** Longer than an attempt and its record take. */
const HOLD_SECONDS = 30;
/** What attempts under way get to end when the gateway stops. */
const STOP_MS = 3_000;
/** Pages of events in one round; the next one follows at once. */
const MAX_PAGES = 4;

export interface WebhookDispatcherOptions {
  readonly log: Logger;
  readonly allowsPrivate: boolean;
  readonly telemetry?: Telemetry | undefined;
  readonly retry?: WebhookRetry;
  /** Default 1,000. */
  readonly pollMs?: number;
  /** Default 3,000. */
  readonly stopMs?: number;
}

export interface WebhookDispatcher {
  /** Ends attempts within three seconds; what has not ended is left to others. */
  stop(): Promise<void>;
}

/**
 * Tells webhooks what has happened. Any number of gateways may do so side by side: each takes what is due and nobody else has
 * taken, and of a room only its oldest event is ever due.
 */
export function startWebhooks(
  { database, feed }: Pick<RoomsContext, "database" | "feed">,
  options: WebhookDispatcherOptions,
): WebhookDispatcher {
  const { log, telemetry, retry = WEBHOOK_RETRY, pollMs = POLL_MS, stopMs = STOP_MS } = options;
  const sender = openWebhookSender(options);
  const stopped = new AbortController();
  const underWay = new Map<DueDelivery, Promise<void>>();
  const recorder = new AttemptRecorder(database, { log, retry, metrics: telemetry && new WebhookMetrics(telemetry) });
  const lookout = new WebhookLookout(database, log, HOLD_SECONDS);
  let isWanted = true;
  let isFailing = false;

  async function round(): Promise<void> {
    await delay(SPACING_MS);
    try {
      isWanted = await lookout.hasWebhooks();
      if (!isWanted) return;
      let hasMore = true;
      for (let page = 0; page < MAX_PAGES && hasMore; page += 1) hasMore = await enqueueWebhookEvents(database);
      if (hasMore) loop.wake();
      const busy = Object.fromEntries(
        [...Map.groupBy(underWay.keys(), ({ webhookId }) => webhookId)].map(([id, all]) => [id, all.length]),
      );
      const limits = { parallel: PARALLEL, busy, limit: MAX_UNDER_WAY - underWay.size, holdSeconds: HOLD_SECONDS };
      for (const due of await claimDeliveries(database, limits)) underWay.set(due, attempt(due));
      isFailing = false;
    } catch (error) {
      const level = isConnectionError(error) ? "warn" : "error";
      if (!isFailing)
        log[level]({ err: error }, "looking for what webhooks are to be told failed; it will be tried again");
      isFailing = true;
    }
  }

  async function attempt(due: DueDelivery): Promise<void> {
    const answer = await sender.send(due, stopped.signal);
    // An attempt that we have broken off says nothing about the receiver.
    if (stopped.signal.aborted && answer.status === null) return;
    await recorder.record({ due, answer });
    underWay.delete(due);
    loop.wake();
  }

  const loop = startLoop(pollMs, round);
  const stopListening = feed.onWake(() => {
    if (isWanted) loop.wake();
  });
  return {
    async stop() {
      stopListening();
      await loop.stop();
      const timer = setTimeout(() => stopped.abort(), stopMs);
      await Promise.allSettled(underWay.values());
      clearTimeout(timer);
      if (underWay.size > 0) await releaseDeliveries(database, [...underWay.keys()]).catch(() => {});
      sender.close();
    },
  };
}
