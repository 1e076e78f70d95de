import { setTimeout as delay } from "node:timers/promises";
import type { App } from "@roombridge/testing";
import type { newMachine } from "./setup.ts";

export type Machine = Awaited<ReturnType<typeof newMachine>>;

/** A host that is started again whenever it has not ended in order, as a supervisor does. */
export class SteadyHost {
  readonly machine: Machine;
  readonly hostId: string;
  readonly #env: Readonly<Record<string, string>>;
  #app: App | undefined;
  #starting: Promise<void> | undefined;

  constructor(machine: Machine, env: Readonly<Record<string, string>> & { readonly HOST_ID: string }) {
    this.machine = machine;
    this.hostId = env.HOST_ID;
    this.#env = env;
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

  async #start(): Promise<void> {
    for (let attempt = 0; !this.#app; attempt += 1) {
      const app = await this.machine.startHost(this.#env).catch((error: unknown) => {
        // Its connections may have been cut while it started.
        if (attempt === 10) throw error;
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
