import { chmod, mkdir } from "node:fs/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";

/** Where the server's files lie when we are root: its account can seldom reach the data directory itself. */
export const SHARED_DIRECTORY = "/var/lib/roombridge";

/**
 * Makes a directory that every account may read, whatever our umask says.
 * @throws EmbeddedPostgresError when it cannot be made (a read-only root file system).
 */
export async function makeSharedDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${path} cannot be made (${String(cause)}). PostgreSQL refuses root, and started by root its files lie there. ` +
        "Start Roombridge as an ordinary user, or set DATABASE_URL.",
      { cause },
    );
  }
}
