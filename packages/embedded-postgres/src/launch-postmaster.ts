import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rename, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import type { DataDirectory } from "./data-directory.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { readPostmasterPid } from "./postmaster-pid.ts";
import { SERVER_ENVIRONMENT } from "./run-program.ts";
import { stopServer } from "./server-processes.ts";

/** Crash recovery of a large cluster takes its time; beyond this something is wrong. */
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 25;
const LOG_ROTATE_BYTES = 5_000_000;
const LOG_LINES_QUOTED = 15;

/** How the server ended; both null when it was not our child and its end could only be watched. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Launched {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
}

/**
 * Starts the server on `port` of 127.0.0.1 and resolves when it accepts connections, or to "port taken".
 * @throws EmbeddedPostgresError with the last lines of its log when it ends early or is not ready within 120 s.
 */
export async function launchPostmaster(
  directory: DataDirectory,
  options: { readonly binaries: Binaries; readonly port: number; readonly settings: Readonly<Record<string, string>> },
): Promise<Launched | "port taken"> {
  const logStart = await rotateLog(directory.logFile);
  const launched = await spawnPostmaster(directory, options);
  let exit: ServerExit | undefined;
  void launched.exited.then((value) => (exit = value));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (exit === undefined) {
    const file = await readPostmasterPid(directory.cluster);
    if (file?.pid === launched.pid && file.status === "ready") return launched;
    if (Date.now() > deadline) {
      await stopServer(launched.pid, directory.name);
      throw await failure(directory, logStart, `was not ready after ${READY_TIMEOUT_MS / 1000} s`);
    }
    await delay(POLL_MS);
  }
  const log = await logSince(directory.logFile, logStart);
  if (/could not bind .*Address already in use/.test(log)) return "port taken";
  throw await failure(directory, logStart, `ended at once (${exit.signal ?? `exit code ${exit.code}`})`);
}

async function spawnPostmaster(
  { cluster, name, home, account, logFile }: DataDirectory,
  { binaries, port, settings }: { binaries: Binaries; port: number; settings: Readonly<Record<string, string>> },
): Promise<Launched> {
  const all = { ...settings, cluster_name: name, listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  const args = [
    "-D",
    cluster,
    "-p",
    String(port),
    ...Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
  // A file and not a pipe: the server must be able to outlive us. Opened here: its account need not reach the file.
  const log = await open(logFile, "a", 0o600);
  try {
    // Detached: Ctrl-C at the terminal must not end the database before those who use it.
    const child = spawn(binaries.postgres, args, {
      ...account,
      cwd: home,
      env: SERVER_ENVIRONMENT,
      stdio: ["ignore", log.fd, log.fd],
      detached: true,
    });
    const exited = new Promise<ServerExit>((resolve) =>
      child.once("exit", (code, signal) => resolve({ code, signal })),
    );
    await once(child, "spawn");
    child.unref();
    if (child.pid === undefined) throw new Error("a spawned process has no pid");
    return { pid: child.pid, exited };
  } catch (cause) {
    throw new EmbeddedPostgresError(`PostgreSQL could not be started: ${String(cause)}`, { cause });
  } finally {
    await log.close();
  }
}

/** Puts a long log aside as `<file>.old`; answers where the next lines begin. */
async function rotateLog(file: string): Promise<number> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size < LOG_ROTATE_BYTES) return size;
  await rename(file, `${file}.old`);
  return 0;
}

async function logSince(file: string, start: number): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  return bytes.subarray(start).toString("utf8").trim();
}

async function failure({ logFile }: DataDirectory, logStart: number, what: string): Promise<EmbeddedPostgresError> {
  const lines = (await logSince(logFile, logStart)).split("\n").slice(-LOG_LINES_QUOTED);
  return new EmbeddedPostgresError(`PostgreSQL ${what}. Last lines of ${logFile}:\n${lines.join("\n")}`);
}
