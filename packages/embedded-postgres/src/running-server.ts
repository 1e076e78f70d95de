import { setTimeout as delay } from "node:timers/promises";
import type { DataDirectory } from "./data-directory.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { answersAsPostgres } from "./ports.ts";
import { readPostmasterPid } from "./postmaster-pid.ts";
import { isServerProcess, stopServer } from "./server-processes.ts";

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 50;

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/**
 * The server of this data directory, if one runs: waits until one that starts is ready, helps one that stops to its
 * end. `postmaster.pid` alone proves nothing: it outlives a killed server, and its pid may be somebody else's by now.
 * @throws EmbeddedPostgresError when it runs but does not answer within 120 s.
 */
export async function findRunningServer({ cluster, name }: DataDirectory): Promise<RunningServer | undefined> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const file = await readPostmasterPid(cluster);
    if (file === undefined || !(await isServerProcess(file.pid, name))) return undefined;
    if (file.status === "stopping") await stopServer(file.pid, name);
    else if (file.status === "ready" && (await answersAsPostgres(file.port, 5_000))) return file;
    if (Date.now() > deadline) {
      const stuck = `PostgreSQL (pid ${file.pid}) of ${cluster} runs but does not answer on port ${file.port}`;
      throw new EmbeddedPostgresError(`${stuck}; end it with: kill -QUIT ${file.pid}`);
    }
    await delay(POLL_MS);
  }
}
