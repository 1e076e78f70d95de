import { readFile } from "node:fs/promises";
import type { ProcessStats } from "../provider.ts";
import { readSockets } from "../socket-table.ts";
import { HAS_PROC } from "./process-identity.ts";
import type { ProcessState } from "./process-files.ts";
import { readAllStats } from "./process-session.ts";

/** USER_HZ, the same on every Linux that Node runs on (time(7)). */
const TICKS_PER_SECOND = 100;

/** What a session uses, its shim included. Memory is resident memory; pages that processes share count for each. */
export async function readSessionStats({ pid, ports }: ProcessState): Promise<ProcessStats | undefined> {
  if (!HAS_PROC) return undefined;
  const members = (await readAllStats()).filter(({ session }) => session === pid);
  if (members.length === 0) return undefined;
  const memory = await Promise.all(members.map((member) => readResidentBytes(member.pid)));
  const tcp = new Set(ports.filter(({ transportType }) => transportType === "tcp").map(({ port }) => port));
  const sockets = await readSockets("/proc/net");
  return {
    cpuSeconds: members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    memoryBytes: memory.reduce((sum, bytes) => sum + bytes, 0),
    tcpConnections: sockets.filter(({ state, port }) => state === "established" && tcp.has(port)).length,
  };
}

/** 0 when the process is gone. */
async function readResidentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
