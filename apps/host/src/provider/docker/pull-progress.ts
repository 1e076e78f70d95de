import { z } from "zod";

const Line = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});

const DONE = new Set(["Pull complete", "Already exists"]);
const BEGUN = new Set(["Pulling fs layer", "Waiting", "Downloading", "Download complete", "Extracting"]);

interface Layer {
  readonly isDone: boolean;
  readonly current: number;
  readonly total: number;
}

/** Adds up what an engine tells of a pull, line by line. */
export class PullProgress {
  readonly #layers = new Map<string, Layer>();
  #error: string | undefined;

  /** Why the pull failed; an engine that has begun to answer can tell it only here. */
  get error(): string | undefined {
    return this.#error;
  }

  /** `line` is JSON; what is none is ignored. */
  add(line: string): void {
    const parsed = parseLine(line);
    if (!parsed) return;
    const { id, status = "", error, progressDetail } = parsed;
    this.#error ??= error;
    if (id === undefined || !(DONE.has(status) || BEGUN.has(status))) return;
    const known = this.#layers.get(id) ?? { isDone: false, current: 0, total: 0 };
    const { current, total } = status === "Downloading" ? { ...known, ...progressDetail } : known;
    this.#layers.set(id, {
      isDone: known.isDone || DONE.has(status),
      current: status === "Download complete" || DONE.has(status) ? known.total : (current ?? 0),
      total: total ?? 0,
    });
  }

  /** For a log: sizes in megabytes, of what the engine has told so far. */
  summary(): { layers: number; layersDone: number; megabytes: number; megabytesInAll: number } {
    const layers = [...this.#layers.values()];
    return {
      layers: layers.length,
      layersDone: layers.filter(({ isDone }) => isDone).length,
      megabytes: toMegabytes(layers.map(({ current }) => current)),
      megabytesInAll: toMegabytes(layers.map(({ total }) => total)),
    };
  }
}

function parseLine(line: string): z.output<typeof Line> | undefined {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function toMegabytes(bytes: readonly number[]): number {
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 100_000) / 10;
}
