import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Database, isHostAlive } from "@roombridge/rooms";

/** Longer than a lease: a host whose name was changed follows itself. */
const PATIENCE_MS = 8_000;
const POLL_MS = 500;

/**
 * Notes that the processes below `root` are those of a host. Throws when another host has noted it before and lives: each
 * would end what the other one runs.
 */
export async function claimRoot(
  database: Database,
  { root, hostId, patienceMs = PATIENCE_MS }: { root: string; hostId: string; patienceMs?: number },
): Promise<void> {
  await mkdir(dirname(root), { recursive: true, mode: 0o700 });
  const file = `${root}.host`;
  const owner = await readFile(file, "utf8").catch(() => hostId);
  const deadline = performance.now() + patienceMs;
  while (owner !== hostId && (await isHostAlive(database, owner))) {
    if (performance.now() > deadline)
      throw new Error(`${root} is in use by the host ${owner}: each host needs a ROOMBRIDGE_DATA_DIR of its own`);
    await delay(POLL_MS);
  }
  await writeFile(file, hostId, { mode: 0o600 });
}
