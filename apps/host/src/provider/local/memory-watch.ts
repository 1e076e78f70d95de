import type { Logger } from "@roombridge/service";
import type { LocalProcess } from "./local-process.ts";
import type { SessionStats } from "./session-stats.ts";

/**
 * Ends processes that take more memory than they may have, where no kernel does it: what one takes between two looks can
 * not be prevented. Looks at all of them in each round, and waits for none to end; never throws.
 */
export class MemoryWatch {
  readonly #stats: SessionStats;
  readonly #log: Logger;
  readonly #ending = new Set<LocalProcess>();
  /** Told once for each process: why it cannot be held to its limit. */
  readonly #complained = new WeakSet<LocalProcess>();

  constructor(stats: SessionStats, log: Logger) {
    this.#stats = stats;
    this.#log = log;
  }

  async round(processes: Iterable<LocalProcess>): Promise<void> {
    await Promise.all(Array.from(processes, (process) => this.#look(process)));
  }

  async #look(process: LocalProcess): Promise<void> {
    const { memoryLimitBytes: limitBytes, processId } = process.state;
    if (limitBytes === undefined || process.isOver || this.#ending.has(process)) return;
    try {
      const memoryBytes = await this.#stats.readMemory(process.state, limitBytes);
      if (memoryBytes <= limitBytes || process.isOver) return;
      this.#log.warn({ processId, memoryBytes, limitBytes }, "a game server is ended for its memory");
      void this.#end(process);
    } catch (error) {
      this.#complain(process, error);
    }
  }

  async #end(process: LocalProcess): Promise<void> {
    this.#ending.add(process);
    try {
      await process.endForMemory();
    } catch (error) {
      this.#complain(process, error);
    } finally {
      this.#ending.delete(process);
    }
  }

  #complain(process: LocalProcess, error: unknown): void {
    if (this.#complained.has(process)) return;
    this.#complained.add(process);
    const { processId } = process.state;
    this.#log.error({ err: error, processId }, "the memory of a game server cannot be limited");
  }
}
