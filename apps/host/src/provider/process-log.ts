import { copyFile, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

const RETENTION_MS = 72 * 3_600_000;
/** Directories of ended processes to keep at most. */
const KEPT = 1_000;

/**
 * Moves a log that has grown beyond `maxBytes` to `<log>.1` and begins it anew. The writer has it open with O_APPEND, so
 * cutting it is safe; what is written during the copy may be lost.
 */
export async function rotateLog(log: string, maxBytes: number): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (!found || found.size <= maxBytes) return;
  await copyFile(log, `${log}.1`);
  await truncate(log);
}

/** Deletes the directories of ended processes after 72 h, and the oldest ones beyond a thousand. */
export async function removeOldLogs(root: string, isKnown: (processId: string) => boolean): Promise<void> {
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
    if (n >= KEPT || changedAt < Date.now() - RETENTION_MS)
      await rm(join(root, name), { recursive: true, force: true });
  }
}
