import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { HAS_PROC, isAlive, type ProcessIdentity, type ProcessStat, readStat } from "./process-identity.ts";

const POLL_MS = 25;
/** For the kernel to clear away what was killed. */
const KILLED_MS = 5_000;

/** True while the leader or anything it started in its group lives. */
export async function isGroupAlive(leader: ProcessIdentity): Promise<boolean> {
  if (await isAlive(leader)) return true;
  if (!HAS_PROC) return signalGroup(leader, 0);
  // The kernel gives no process the number of a group that has members: whoever has it now is a stranger.
  if ((await readStat(leader.pid))?.state.match(/[^ZX]/)) return false;
  return (await readAllStats()).some((stat) => isMember(stat, leader));
}

/**
 * SIGTERM to the whole group, SIGKILL after `graceMs`; returns when nobody is left.
 * Throws when the kernel does not end a killed process within 5 s.
 */
export async function stopGroup(leader: ProcessIdentity, graceMs: number): Promise<void> {
  if (!(await isGroupAlive(leader))) return;
  signalGroup(leader, "SIGTERM");
  if (await isGone(leader, graceMs)) return;
  signalGroup(leader, "SIGKILL");
  if (!(await isGone(leader, KILLED_MS))) throw new Error(`process group ${leader.pid} is still there after SIGKILL`);
}

async function isGone(leader: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (!(await isGroupAlive(leader))) return true;
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
}

function signalGroup({ pid }: ProcessIdentity, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function isMember({ group, state, startTime }: ProcessStat, leader: ProcessIdentity): boolean {
  return group === leader.pid && !"ZX".includes(state) && BigInt(startTime) >= BigInt(leader.startTime);
}

/** Every process of the machine. */
export async function readAllStats(): Promise<ProcessStat[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readStat(Number(pid))));
  return stats.filter((stat) => stat !== undefined);
}
