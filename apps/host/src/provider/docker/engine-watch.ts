import { setTimeout as delay } from "node:timers/promises";
import { ProviderAwayError } from "../provider.ts";
import type { Engine } from "./engine.ts";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

export interface EngineWatchOptions {
  readonly engine: Engine;
  readonly label: string;
  readonly onChange: () => void;
}

/** Listens to the ends of containers, which only wakes, and keeps count of breaks in the connection to the engine. */
export class EngineWatch {
  readonly #options: EngineWatchOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #stream: NodeJS.ReadableStream | undefined;
  #epoch = 0;

  constructor(options: EngineWatchOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Grows with every break: what happened around one was not seen as it happened. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Hands the answer on; one that did not come is a break. */
  async observe<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ProviderAwayError) this.#epoch += 1;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    end(this.#stream);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.#listen();
        pauseMs = FIRST_PAUSE_MS;
      } catch {
        pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
      }
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Until the connection breaks. */
  async #listen(): Promise<void> {
    const { engine, label, onChange } = this.#options;
    this.#stream = await engine.watch(label);
    if (this.#abort.signal.aborted) end(this.#stream);
    try {
      // What happened before is in no event.
      onChange();
      for await (const _event of this.#stream) onChange();
    } catch {
      // However it broke.
    } finally {
      this.#epoch += 1;
    }
  }
}

function end(stream: NodeJS.ReadableStream | undefined): void {
  if (stream && "destroy" in stream && typeof stream.destroy === "function") stream.destroy();
}
