import { execFileSync } from "node:child_process";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes below `pid`, children before grandchildren; zombies are none. */
export function descendants(pid: number): Process[] {
  const all = listProcesses();
  const found: Process[] = [];
  let parents = [pid];
  while (parents.length > 0) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** The child of `pid` whose command line matches. */
export function childOf(pid: number, pattern: RegExp): Process | undefined {
  return descendants(pid).find(({ parent, command }) => parent === pid && pattern.test(command));
}

/** Those of `processes` that still run. */
export function stillRunning(processes: readonly Process[]): Process[] {
  const all = listProcesses();
  return processes.filter(({ pid, command }) => all.some((other) => other.pid === pid && other.command === command));
}

function listProcesses(): Process[] {
  const table = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,command="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return table.split("\n").flatMap((line) => {
    const [, pid, parent, state = "", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** SIGKILL to a process and all below it, as when the machine fails. One that went with its parent is no error. */
export function killTree(pid: number): void {
  for (const doomed of [pid, ...descendants(pid).map((process) => process.pid)]) {
    try {
      process.kill(doomed, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}
