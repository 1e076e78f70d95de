import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { CoturnDirectory } from "./coturn-directory.ts";
import type { LogLines } from "./log-lines.ts";
import { answersStun } from "./stun-probe.ts";

export interface CoturnExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A turnserver process; whether it is of use, `answersInTime` tells. */
export interface CoturnProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Settles when the process is gone and all that it printed has been read. */
  readonly exited: Promise<CoturnExit>;
}

export interface Launch {
  readonly binary: string;
  readonly configFile: string;
  /** What libpq calls a password file. */
  readonly passwordFile: string;
  readonly directory: CoturnDirectory;
}

const STOP_GRACE_MS = 5_000;
const PROBE_MS = 250;

/**
 * Runs turnserver without our environment, as the directory's account, in a process group of its own so that Ctrl-C
 * reaches only us and we stop it in order. Throws an Error when the binary cannot be run.
 */
export async function launchCoturn(
  { binary, configFile, passwordFile, directory }: Launch,
  log: LogLines,
): Promise<CoturnProcess> {
  const child = spawn(binary, ["-c", configFile], {
    cwd: directory.path,
    env: { HOME: directory.path, PGPASSFILE: passwordFile },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    ...directory.account,
  });
  const exited = new Promise<CoturnExit>((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal });
    });
  });
  log.read(child.stdout);
  log.read(child.stderr);
  const pid = await new Promise<number>((resolve, reject) => {
    child.on("spawn", () => {
      resolve(child.pid ?? 0);
    });
    child.on("error", (cause) => {
      reject(new Error(`${binary} cannot be run: ${cause.message}`, { cause }));
    });
  });
  return { child, pid, exited };
}

/** True when UDP and TCP answer; false when the process ends before that or time is up. */
export async function answersInTime(
  running: CoturnProcess,
  { host, port, timeoutMs }: { readonly host: string; readonly port: number; readonly timeoutMs: number },
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  const probeHost = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  for (const transport of ["udp", "tcp"] as const) {
    while (!(await answersStun(transport, probeHost, port, PROBE_MS))) {
      if (hasEnded(running) || Date.now() > deadline) return false;
      await delay(PROBE_MS / 5);
    }
  }
  return true;
}

/** SIGTERM, SIGKILL after 5 s. */
export async function endCoturn({ child, exited }: CoturnProcess): Promise<CoturnExit> {
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  const exit = await exited;
  clearTimeout(killer);
  return exit;
}

export function hasEnded({ child }: CoturnProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
