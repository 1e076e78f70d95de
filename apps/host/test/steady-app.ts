import { setTimeout as delay } from "node:timers/promises";
import type { App } from "@roombridge/testing";

const ATTEMPTS = 10;

/** An app that is started again whenever it has not ended in order, as a supervisor does. */
export class SteadyApp {
  readonly #launch: () => Promise<App>;
  #app: App | undefined;
  #starting: Promise<void> | undefined;

  constructor(launch: () => Promise<App>) {
    this.#launch = launch;
  }

  /** Undefined while it is away. */
  get app(): App | undefined {
    return this.#app;
  }

  /** Returns when it is ready. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** SIGKILL; it stays away for `awayMs`. Nothing when it is just starting. */
  async kill(awayMs: number): Promise<void> {
    const app = this.#app;
    if (!app) return;
    this.#app = undefined;
    await app.kill();
    await delay(awayMs);
    await this.start();
  }

  /** SIGTERM, for good. */
  async stop(): Promise<void> {
    await this.#app?.stop();
  }

  async #start(): Promise<void> {
    for (let attempt = 1; !this.#app; attempt += 1) {
      const app = await this.#launch().catch((error: unknown) => {
        // Its connections may have been cut while it started.
        if (attempt === ATTEMPTS) throw error;
        return undefined;
      });
      this.#app = app;
      if (app) void app.exited.then(({ code }) => this.#ended(app, code));
    }
  }

  #ended(app: App, code: number | null): void {
    if (this.#app !== app) return;
    this.#app = undefined;
    // Whoever waits for it hears of a failure.
    if (code !== 0) this.start().catch(() => {});
  }
}
