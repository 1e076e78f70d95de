import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const GRACE_MS = 3_000;
const POLL_MS = 50;

/**
 * Stops the coturn that a killed start left behind: the process that `pidFile` names, if it still runs with this
 * configuration file. True when there was one.
 */
export async function stopLeftover(pidFile: string, configFile: string): Promise<boolean> {
  const pid = Number((await readFile(pidFile, "utf8").catch(() => "")).trim());
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await runsWith(pid, configFile))) return false;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    send(pid, signal);
    for (let waitedMs = 0; waitedMs < GRACE_MS; waitedMs += POLL_MS) {
      if (!(await runsWith(pid, configFile))) return true;
      await delay(POLL_MS);
    }
  }
  throw new Error(`the coturn of an earlier start (pid ${pid}) does not end`);
}

/** False as well for a zombie, whose command line is empty. */
async function runsWith(pid: number, configFile: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => commandLineFromPs(pid));
  return commandLine.includes(configFile);
}

async function commandLineFromPs(pid: number): Promise<string> {
  if (process.platform === "linux") return "";
  const output = await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => undefined);
  return output?.stdout ?? "";
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
