import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";

const SQLITE_BUSY = 5;
const POLL_MS = 50;

/** A handle that nobody refers to would be closed by the garbage collector, and its lock would be gone. */
const held = new Set<DatabaseSync>();

/** Gives a lock back; doing so twice does no harm. */
export type Release = () => void;

/**
 * Takes the lock of this file (made when missing) if it is free, else answers undefined. The operating system frees it
 * when the process ends in any way, so there are no stale locks. It is SQLite's file lock: the only one that Node has
 * on every platform without a native package.
 */
export function tryLock(path: string): Release | undefined {
  const database = openLockFile(path);
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  held.add(database);
  return () => {
    if (held.delete(database)) database.close();
  };
}

function openLockFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 });
  } catch (cause) {
    const reason = `the lock file ${path} cannot be opened: is its directory there, and writable for this user?`;
    throw new EmbeddedPostgresError(reason, { cause });
  }
}

/** Waits for the lock at most `timeoutMs`; undefined when it did not become free. */
export async function waitForLock(path: string, timeoutMs: number): Promise<Release | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const release = tryLock(path);
    if (release !== undefined || Date.now() > deadline) return release;
    await delay(POLL_MS);
  }
}
