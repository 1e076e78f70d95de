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
  kill(awayMs: number): Promise<void> {
    return this.#alone(async () => {
      await this.docker.kill();
      await delay(awayMs);
      await this.docker.start();
    });
  }

  killContainerd(): Promise<void> {
    return this.#alone(() => this.docker.killContainerd());
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await work();
    } finally {
      this.#isBusy = false;
    }
  }
}
