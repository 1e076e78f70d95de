import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** False on macOS; identities and readiness are then less exact. */
export const HAS_PROC = existsSync("/proc/self/stat");

/** A process number alone is used again; with its start time and the boot it is unique. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** Throws when there is no such process. */
export async function identify(pid: number): Promise<ProcessIdentity> {
  const startTime = await startTimeOf(pid);
  if (startTime === undefined) throw new Error(`process ${pid} ended at once`);
  return { pid, startTime, bootId: await readBootId() };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await startTimeOf(identity.pid)) === identity.startTime && (await isOfThisBoot(identity));
}

/** No process outlives a boot, and all numbers are given anew. */
export async function isOfThisBoot({ bootId }: ProcessIdentity): Promise<boolean> {
  return (await readBootId()) === bootId;
}

/** The fields of /proc/pid/stat that matter here (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly group: number;
  readonly session: number;
  /** In clock ticks since boot. */
  readonly startTime: string;
  /** Processor time of itself and of the children that it has waited for, in clock ticks. */
  readonly ticks: number;
}

/** Undefined when there is no such process. */
export async function readStat(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, , group, session] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, state, group: Number(group), session: Number(session), startTime, ticks };
}

/** Undefined for a zombie too: it does nothing any more. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  if (HAS_PROC) {
    const stat = await readStat(pid);
    return stat === undefined || "ZX".includes(stat.state) ? undefined : stat.startTime;
  }
  const { stdout } = await run("ps", ["-o", "lstart=,state=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  const [, startTime, state] = /^\s*(\S.*\d{4})\s+(\S+)/.exec(stdout) ?? [];
  return state?.startsWith("Z") ? undefined : startTime;
}

async function readBootId(): Promise<string> {
  // Without /proc the start time is a date, which no boot repeats.
  return HAS_PROC ? (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim() : "";
}
