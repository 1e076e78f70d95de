import type { Logger } from "@roombridge/service";
import type { LocalProcess } from "./local-process.ts";
import type { SessionStats } from "./session-stats.ts";

/**
 * Ends processes that take more memory than they may have, where no kernel does it: what one takes between two looks can
 * not be prevented. Looks at all of them in each round; never throws.
 */
export class MemoryWatch {
  readonly #stats: SessionStats;
  readonly #log: Logger;
  /** Told once for each process: why it cannot be ended. */
  readonly #complained = new WeakSet<LocalProcess>();

  constructor(stats: SessionStats, log: Logger) {
    this.#stats = stats;
    this.#log = log;
  }

  async round(processes: Iterable<LocalProcess>): Promise<void> {
    for (const process of processes) {
      if (process.isOver || process.state.memoryLimitBytes === undefined) continue;
      await this.#look(process, process.state.memoryLimitBytes).catch((error: unknown) => {
        if (this.#complained.has(process)) return;
        this.#complained.add(process);
        const { processId } = process.state;
        this.#log.error({ err: error, processId }, "the memory of a game server cannot be limited");
      });
    }
  }

  async #look(process: LocalProcess, limitBytes: number): Promise<void> {
    const memoryBytes = await this.#stats.readMemory(process.state, limitBytes);
    if (memoryBytes <= limitBytes || process.isOver) return;
    const { processId } = process.state;
    this.#log.warn({ processId, memoryBytes, limitBytes }, "a game server is ended for its memory");
    await process.endForMemory();
  }
}
