import { lookForWebhooks, settleWebhookTimes, type Database } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import { ClockWatch } from "./clock-watch.ts";

/** Looks whether there are webhooks, and sees to it that a clock that is set back keeps nothing from them. */
export class WebhookLookout {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #holdSeconds: number;
  readonly #clock = new ClockWatch();
  #isSetBack = false;

  /** `holdSeconds`: how long claims last. */
  constructor(database: Database, log: Logger, holdSeconds: number) {
    this.#database = database;
    this.#log = log;
    this.#holdSeconds = holdSeconds;
  }

  /** Whether there is anything to send to. Rejects when the database does not answer. */
  async hasWebhooks(): Promise<boolean> {
    const { has, clockMs } = await lookForWebhooks(this.#database);
    this.#isSetBack = this.#clock.wasSetBack(clockMs) || this.#isSetBack;
    if (this.#isSetBack) {
      await settleWebhookTimes(this.#database, this.#holdSeconds);
      this.#isSetBack = false;
      this.#log.warn({}, "the database's clock was set back: webhooks are told now of what was to be told later");
    }
    return has;
  }
}
