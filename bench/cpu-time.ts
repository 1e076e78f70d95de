import { readFileSync } from "node:fs";

/** Processor time in microseconds that a process has used, with all its threads; on Linux only. Counted in ticks of 10 ms. */
export function cpuMicroseconds(pid: number | undefined): number {
  // proc(5): utime and stime, behind the name in parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
