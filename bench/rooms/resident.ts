import { readFileSync } from "node:fs";

/** Memory of a process that is not swapped out, in MiB; on Linux only. */
export function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1_024;
}
