import type { Logger } from "@roombridge/service";
import type { DockerProcess } from "./docker-process.ts";
import type { Engine } from "./engine.ts";
import { checkContainer, type ReadinessOptions } from "./readiness.ts";
import { isAlive } from "./stop-container.ts";

const INTERVAL_MS = 250;
/** Longer than an engine may take to notice that what it has started is gone, and was not to be seen therefore. */
const UNKNOWABLE_MS = 10_000;

export interface ReadinessWatchOptions {
  readonly engine: Engine;
  readonly readiness: ReadinessOptions;
  /** What is to be looked at, among others. */
  readonly processes: ReadonlyMap<string, DockerProcess>;
  readonly onChange: () => void;
  readonly log: Logger;
}

/** Looks whether starting containers have bound their ports, again and again until they have. */
export class ReadinessWatch {
  readonly #options: ReadinessWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(options: ReadinessWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const starting = [...this.#options.processes.values()].filter(({ isStarting }) => isStarting);
    if (this.#isLooking || starting.length === 0) return;
    this.#isLooking = true;
    try {
      await Promise.all(starting.map((process) => this.#lookAt(process)));
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAt(process: DockerProcess): Promise<void> {
    const { engine, readiness, onChange, log } = this.#options;
    const { processId, containerId, ports } = process;
    try {
      const container = await engine.inspect(containerId);
      if (!container || !isAlive(container)) return;
      const found = await checkContainer(container, ports, readiness);
      if (found === "ready") {
        process.hasRun = true;
        onChange();
      }
      if (found !== "unknowable") process.unknowableSinceMs = undefined;
      else process.unknowableSinceMs ??= performance.now();
      const sinceMs = process.unknowableSinceMs ?? Infinity;
      if (process.isTold || performance.now() - sinceMs < UNKNOWABLE_MS) return;
      process.isTold = true;
      log.error(
        { processId },
        "cannot see into this engine's containers: give images a HEALTHCHECK, or set docker.probeImage",
      );
    } catch (error) {
      // An engine that is away, or a container that is just going: the reconciler hears of both.
      log.debug({ err: error, processId }, "could not look at the ports of a container");
    }
  }
}
