import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import {
  HAS_PROC,
  isAlive,
  isOfThisBoot,
  type ProcessIdentity,
  type ProcessStat,
  readStat,
} from "./process-identity.ts";

const POLL_MS = 25;
/** For the kernel to clear away what was killed. */
const KILLED_MS = 5_000;
/** For the shim to write down how its child ended. */
const RECORD_MS = 1_000;

/** The leader of a session, and whose game server it leads. */
export interface SessionLeader extends ProcessIdentity {
  readonly processId: string;
}

/**
 * SIGTERM to the process group (unless it has had it), then SIGKILL to whatever is left of the session after `graceMs`, or
 * as soon as the leader is gone. Returns when nobody is left. Throws when the kernel does not end a killed process in 5 s.
 */
export async function stopSession(leader: SessionLeader, graceMs: number, wasTold: boolean): Promise<void> {
  if (!wasTold && (await isAlive(leader))) signal(-leader.pid, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline && (await isAlive(leader))) await delay(POLL_MS);
  await killSession(leader);
}

/** Ends everything that the session's leader started, in whatever process group it hides. Throws as `stopSession`. */
export async function killSession(leader: SessionLeader): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const members = await membersOf(leader);
    if (members.length === 0) return;
    const elapsedMs = performance.now() - begun;
    if (elapsedMs > KILLED_MS) throw new Error(`processes ${members.join(", ")} are still there after SIGKILL`);
    // The leader last: it records the exit, and while it lives nobody else gets its number.
    const others = members.filter((pid) => pid !== leader.pid);
    for (const pid of others) signal(pid, "SIGKILL");
    if (others.length === 0 && elapsedMs > RECORD_MS) signal(leader.pid, "SIGKILL");
    await delay(POLL_MS);
  }
}

/**
 * Ends what has left the session, as a daemon does, and still has the environment that its game server was started with. Returns
 * when nobody is left. Throws as `stopSession`. Does nothing without /proc.
 */
export async function killEscaped(leader: ProcessIdentity, processId: string): Promise<void> {
  if (!HAS_PROC || !(await isOfThisBoot(leader))) return;
  const mark = markOf(processId);
  const begun = performance.now();
  for (;;) {
    const stats = (await readAllStats()).filter(({ startTime }) => BigInt(startTime) >= BigInt(leader.startTime));
    // A zombie's environment is empty.
    const marked = await Promise.all(stats.map(async ({ pid }) => (await readEnvironment(pid)).includes(mark)));
    const escaped = stats.filter((_stat, n) => marked[n]).map(({ pid }) => pid);
    if (escaped.length === 0) return;
    if (performance.now() - begun > KILLED_MS)
      throw new Error(`processes ${escaped.join(", ")} are still there after SIGKILL`);
    for (const pid of escaped) signal(pid, "SIGKILL");
    await delay(POLL_MS);
  }
}

/** What the environment of a game server and of all that it starts holds. */
function markOf(processId: string): string {
  return `\0HATHORA_PROCESS_ID=${processId}\0`;
}

async function readEnvironment(pid: number): Promise<string> {
  return `\0${await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")}`;
}

/** Every process of the machine; empty without /proc. */
export async function readAllStats(): Promise<ProcessStat[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readStat(Number(pid))));
  return stats.filter((stat) => stat !== undefined);
}

async function membersOf(leader: SessionLeader): Promise<number[]> {
  if (!HAS_PROC) return membersOfGroup(leader);
  if (!(await isOfThisBoot(leader))) return [];
  const present = await readStat(leader.pid);
  const isLeaderThere = present?.startTime === leader.startTime;
  // The kernel gives no process the number of a session that has members: whoever has it now is a stranger.
  if (!isLeaderThere && present?.state.match(/[^ZX]/)) return [];
  const isMember = ({ session, state, startTime }: ProcessStat) =>
    session === leader.pid && !"ZX".includes(state) && BigInt(startTime) >= BigInt(leader.startTime);
  const pids = (await readAllStats()).filter(isMember).map(({ pid }) => pid);
  if (isLeaderThere) return pids;
  // The number may have been a stranger's since, who is gone as well and has left others: daemons begin like that.
  const areOurs = await Promise.all(pids.map((pid) => isOf(leader.processId, pid)));
  return pids.filter((_pid, n) => areOurs[n]);
}

/** Whether a process has inherited the environment or the output of a game server. False when we may not look. */
async function isOf(processId: string, pid: number): Promise<boolean> {
  if ((await readEnvironment(pid)).includes(markOf(processId))) return true;
  const outputs = await Promise.all([1, 2].map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
  return outputs.some((file) => file.endsWith(`/${processId}/log`));
}

/** Without /proc the group is all that can be asked for; a negative number means the whole of it. */
async function membersOfGroup(leader: ProcessIdentity): Promise<number[]> {
  const isLeaderAlive = await isAlive(leader);
  if (!signal(-leader.pid, 0)) return [];
  return isLeaderAlive ? [-leader.pid, leader.pid] : [-leader.pid];
}

/** False when there is nobody to receive it. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
