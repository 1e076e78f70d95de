import { type Logger, type Loop, startLoop } from "@roombridge/service";
import type { Provider } from "../provider/provider.ts";
import type { Sample } from "./sample.ts";

const KEPT_MS = 2 * 3_600_000;
/** How long the samples of an ended process stay. */
const ENDED_MS = 3_600_000;
/** Processes that are asked at once: an engine answers each of them by itself. */
const AT_ONCE = 4;

export interface ProcessSampler extends Pick<Loop, "stop"> {
  /** Oldest first; at most those of the last two hours. */
  readonly samplesOf: (processId: string) => readonly Sample[];
}

/** Measures every living process each `intervalMs`. In memory: what an earlier host has measured is gone. */
export function startSampler(options: {
  readonly provider: Provider;
  readonly intervalMs: number;
  readonly log: Logger;
}): ProcessSampler {
  const { provider, intervalMs, log } = options;
  const samples = new Map<string, Sample[]>();

  async function measure(processId: string): Promise<void> {
    const stats = await provider.stats(processId);
    if (!stats) return;
    const atMs = Date.now();
    const kept = (samples.get(processId) ?? []).filter((sample) => sample.atMs >= atMs - KEPT_MS);
    samples.set(processId, [...kept, { ...stats, atMs }]);
  }
  async function round(): Promise<void> {
    try {
      const living = (await provider.list()).filter(({ phase }) => phase !== "exited").values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const { processId } of living) await measure(processId);
        }),
      );
    } catch (error) {
      // The reconciler, which asks the same provider, tells of an engine that is away.
      log.debug({ err: error }, "could not measure game servers");
    }
    const oldest = Date.now() - ENDED_MS;
    for (const [processId, kept] of samples) if ((kept.at(-1)?.atMs ?? 0) < oldest) samples.delete(processId);
  }
  const loop = startLoop(intervalMs, round);
  return { samplesOf: (processId) => samples.get(processId) ?? [], stop: () => loop.stop() };
}
