import {
  pauseSeconds,
  recordAttempts,
  retryDelaySeconds,
  type AttemptResult,
  type Database,
  type DueDelivery,
  type WebhookRetry,
} from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import type { WebhookAnswer } from "./send-webhook.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";

/** Hathora keeps nothing longer, and neither do we. */
const PATIENCE_HOURS = 72;

export interface AttemptRecorderOptions {
  readonly log: Logger;
  readonly retry: WebhookRetry;
  readonly metrics: WebhookMetrics | undefined;
}

/** An attempt and what came of it. */
export interface EndedAttempt {
  readonly due: DueDelivery;
  readonly answer: WebhookAnswer;
}

interface Waiting extends EndedAttempt {
  readonly resolve: () => void;
}

/** Writes down how attempts end; those of one webhook that end while it writes, together. */
export class AttemptRecorder {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #retry: WebhookRetry;
  readonly #metrics: WebhookMetrics | undefined;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(database: Database, { log, retry, metrics }: AttemptRecorderOptions) {
    this.#database = database;
    this.#log = log;
    this.#retry = retry;
    this.#metrics = metrics;
  }

  /** Resolves when it is written down, or cannot be: then it is sent again under the same id when its claim has run out. */
  record(ended: EndedAttempt): Promise<void> {
    this.#metrics?.ended(ended.answer);
    const { promise, resolve } = Promise.withResolvers<void>();
    const { webhookId } = ended.due;
    const waiting = this.#waiting.get(webhookId);
    if (waiting) waiting.push({ ...ended, resolve });
    else void this.#run(webhookId, [{ ...ended, resolve }]);
    return promise;
  }

  async #run(webhookId: string, first: Waiting[]): Promise<void> {
    const waiting: Waiting[] = [];
    this.#waiting.set(webhookId, waiting);
    for (let batch = first; batch.length > 0; batch = waiting.splice(0)) {
      await this.#write(webhookId, batch);
      for (const { resolve } of batch) resolve();
    }
    this.#waiting.delete(webhookId);
  }

  async #write(webhookId: string, batch: readonly EndedAttempt[]): Promise<void> {
    const failures = Math.max(...batch.map(({ due }) => due.failures)) + 1;
    try {
      const reason = await recordAttempts(this.#database, {
        webhookId,
        results: batch.map((ended) => this.#toResult(ended)),
        pauseSeconds: Math.max(
          pauseSeconds(this.#retry, failures),
          ...batch.map(({ answer }) => answer.retryAfterSeconds ?? 0),
        ),
        patienceHours: PATIENCE_HOURS,
        isGone: batch.some(({ answer }) => answer.status === 410),
      });
      if (reason) this.#log.warn({ webhookId, appId: batch[0]?.due.appId, reason }, "webhook disabled");
    } catch (error) {
      this.#log.warn({ err: error, webhookId }, "the end of an attempt could not be recorded");
    }
  }

  #toResult({ due, answer }: EndedAttempt): AttemptResult {
    return {
      position: due.position,
      isDelivered: answer.error === null,
      status: answer.status,
      error: answer.error,
      delaySeconds: Math.max(
        retryDelaySeconds(this.#retry, due.attempts + 1, Math.random()),
        answer.retryAfterSeconds ?? 0,
      ),
    };
  }
}
