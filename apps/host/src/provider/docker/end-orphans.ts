import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Ends the processes of a container that was removed. There are some when its engine was killed in the middle of a start: it
 * takes the container for one that never ran then, and forgets what runs. Does nothing where an engine's processes are not seen.
 */
export async function endOrphans(containerId: string, procRoot: string): Promise<void> {
  const pids = (await readdir(procRoot).catch(() => [])).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      const cgroup = await readFile(join(procRoot, pid, "cgroup"), "utf8").catch(() => "");
      if (cgroup.includes(containerId)) endProcess(Number(pid));
    }),
  );
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
