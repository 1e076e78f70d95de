import { setTimeout as delay } from "node:timers/promises";
import type { PrivateDocker } from "./private-docker.ts";

/** An engine that is killed and started again; nothing while that is under way. */
export class SteadyEngine {
  readonly docker: PrivateDocker;
  #isBusy = false;

  constructor(docker: PrivateDocker) {
    this.docker = docker;
  }

  /** SIGKILL; it stays away for `awayMs`. */
  kill(awayMs: number): Promise<void> | undefined {
    return this.#alone(async () => {
      await this.docker.kill();
      await delay(awayMs);
      await this.docker.start();
    });
  }

  killContainerd(): Promise<void> | undefined {
    return this.#alone(() => this.docker.killContainerd());
  }

  #alone(work: () => Promise<void>): Promise<void> | undefined {
    if (this.#isBusy) return undefined;
    this.#isBusy = true;
    return work().finally(() => {
      this.#isBusy = false;
    });
  }
}
