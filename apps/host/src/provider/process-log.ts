import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Directories of ended processes to keep at most. */
const KEPT = 1_000;
/** By how much a log may be too large, when somebody looks, and still be kept as a whole. */
const BEYOND_BYTES = 16 * 1024 * 1024;

/** How much of the output of game servers is kept, and for how long. */
export interface LogKeeping {
  /** A process has two files: the current one, and the one before. */
  readonly bytesPerFile: number;
  /** After the last line of an ended process. */
  readonly retentionMs: number;
}

export async function isLog(log: string): Promise<boolean> {
  return (await stat(log).catch(() => undefined))?.isFile() ?? false;
}

/**
 * Moves a log that has grown beyond `maxBytes` to `<log>.1` and begins it anew. The writer has it open with O_APPEND, so
 * cutting it is safe; what is written during the copy may be lost. Of one that has grown far beyond it only the end is kept:
 * who follows it may miss lines then.
 */
export async function rotateLog(log: string, maxBytes: number): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (!found || found.size <= maxBytes) return;
  const start = found.size > maxBytes + BEYOND_BYTES ? found.size - maxBytes : 0;
  await pipeline(createReadStream(log, { start, end: found.size - 1 }), createWriteStream(`${log}.1`, { mode: 0o600 }));
  await truncate(log);
}

/** Deletes the directories of ended processes when their time is over, and the oldest ones beyond a thousand. */
export async function removeOldLogs(
  root: string,
  { isKnown, retentionMs }: { readonly isKnown: (processId: string) => boolean; readonly retentionMs: number },
): Promise<void> {
  const ended = (await readdir(root)).filter((name) => !isKnown(name));
  const aged = await Promise.all(
    ended.map(async (name) => {
      const found = await stat(join(root, name)).catch(() => undefined);
      const log = await stat(join(root, name, "log")).catch(() => found);
      return { name, changedAt: log?.mtimeMs ?? 0 };
    }),
  );
  aged.sort((a, b) => b.changedAt - a.changedAt);
  for (const [n, { name, changedAt }] of aged.entries()) {
    if (n >= KEPT || changedAt < Date.now() - retentionMs) await rm(join(root, name), { recursive: true, force: true });
  }
}
