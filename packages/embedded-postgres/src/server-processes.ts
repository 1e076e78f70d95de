import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { EmbeddedPostgresError, errnoCode } from "./embedded-postgres-error.ts";

const POLL_MS = 50;
const execute = promisify(execFile);

/** Steps of a stop: fast shutdown (clients are cut, all is written), immediate (next start recovers), by force. */
const POSTMASTER_STOP = [
  { signal: "SIGINT", waitMs: 10_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;

/** Children of a killed postmaster notice its death by themselves, unless they are deep in a query. */
const LEFTOVERS_STOP = [
  { signal: 0, waitMs: 2_000 },
  { signal: "SIGQUIT", waitMs: 3_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;

/**
 * The live processes, postmaster and children, of the cluster called `name`. The name (setting cluster_name) stands in
 * the command line of every one of them, which unlike their working directory is readable for all users, also for root
 * in a container. A pid that something else uses by now, or a zombie, does not match.
 */
export async function serverProcesses(name: string): Promise<number[]> {
  const commands = process.platform === "linux" ? await commandsFromProc() : await commandsFromPs();
  return commands.filter(({ command }) => isServerCommand(command, name)).map(({ pid }) => pid);
}

/** True while `pid` is a process of the cluster called `name`. */
export async function isServerProcess(pid: number, name: string): Promise<boolean> {
  if (process.platform === "linux") return isServerCommand(await readCommand(pid), name);
  return (await serverProcesses(name)).includes(pid);
}

/** Shuts the server down, step by step harder, and returns when none of its processes is left. */
export async function stopServer(pid: number, name: string): Promise<void> {
  await escalate(POSTMASTER_STOP, async () => ((await isServerProcess(pid, name)) ? [pid] : []));
  await endLeftovers(name);
}

/** Ends what a killed postmaster left behind: a new server could not start beside it. */
export async function endLeftovers(name: string): Promise<void> {
  await escalate(LEFTOVERS_STOP, () => serverProcesses(name));
}

interface StopStep {
  readonly signal: NodeJS.Signals | 0;
  readonly waitMs: number;
}

async function escalate(steps: readonly StopStep[], remaining: () => Promise<number[]>): Promise<void> {
  let pids = await remaining();
  for (const { signal, waitMs } of steps) {
    for (const pid of pids) send(pid, signal);
    const deadline = Date.now() + waitMs;
    while (pids.length > 0 && Date.now() < deadline) {
      await delay(POLL_MS);
      pids = await remaining();
    }
    if (pids.length === 0) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL processes ${pids.join(", ")} cannot be stopped`);
}

function send(pid: number, signal: NodeJS.Signals | 0): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoCode(error) !== "ESRCH") throw error;
  }
}

function isServerCommand(command: string, name: string): boolean {
  if (command.startsWith(`postgres: ${name}: `)) return true;
  return /^(.*\/)?postgres /.test(command) && `${command} `.includes(` cluster_name=${name} `);
}

async function commandsFromProc(): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isSafeInteger);
  return Promise.all(pids.map(async (pid) => ({ pid, command: await readCommand(pid) })));
}

async function readCommand(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.replaceAll("\0", " ");
}

async function commandsFromPs(): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await execute("ps", ["-axww", "-o", "pid=,command="], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split("\n").map((line) => {
    const [, pid, command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), command };
  });
}
