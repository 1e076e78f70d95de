import { rm, stat } from "node:fs/promises";
import { openDataDirectory, recordFile } from "./data-directory.ts";
import { findRunningServer } from "./running-server.ts";
import { endLeftovers, stopServer } from "./server-processes.ts";

/** Stops the server of this data directory if one runs, and deletes the database for good. */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  if ((await stat(dataDir).catch(() => undefined)) === undefined) return;
  const directory = await openDataDirectory(dataDir);
  const running = await findRunningServer(directory);
  if (running !== undefined) await stopServer(running.pid, directory.name);
  await endLeftovers(directory.name);
  for (const path of [
    directory.home,
    recordFile(directory),
    directory.logFile,
    `${directory.logFile}.old`,
    directory.lockFile,
  ]) {
    await rm(path, { recursive: true, force: true });
  }
}
