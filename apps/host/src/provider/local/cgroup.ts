import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Processes and threads of one game server: a fork bomb ends there, a server that forks a hundred workers does not. */
const MAX_PIDS = 8_192;
const CPU_PERIOD_US = 100_000;
/** Younger ones may be about to get their process. */
const ABANDONED_MS = 60_000;
/** For the kernel to clear away what was killed. */
const KILLED_MS = 5_000;
const POLL_MS = 25;
const CONTROLLERS = ["memory", "cpu", "pids"] as const;

export type Controller = (typeof CONTROLLERS)[number];

/** In cores and MiB. */
export interface Limits {
  readonly cpu: number;
  readonly memoryMb: number;
}

/** A directory of cgroup v2 that the operator has delegated to this host (cgroups(7)): each process gets one of its own. */
export interface CgroupRoot {
  readonly directory: string;
  /** Those that may be limited here. */
  readonly controllers: ReadonlySet<Controller>;
}

/** Throws when there is no such directory of cgroup v2, or when this host may not make others in it. */
export async function openCgroupRoot(directory: string): Promise<CgroupRoot> {
  try {
    await mkdir(directory, { recursive: true });
    const offered = (await readFile(join(directory, "cgroup.controllers"), "utf8")).split(/\s+/);
    const controllers = CONTROLLERS.filter((name) => offered.includes(name));
    const enable = controllers.map((name) => `+${name}`).join(" ");
    if (enable !== "") await writeFile(join(directory, "cgroup.subtree_control"), enable);
    const probe = join(directory, "roombridge-probe");
    await mkdir(probe, { recursive: true });
    await rmdir(probe);
    return { directory, controllers: new Set(controllers) };
  } catch (error) {
    const message = `HOST_CGROUP ${directory} is no directory of cgroup v2 that was delegated to this host`;
    throw new Error(message, { cause: error });
  }
}

/** A group with these limits, as far as there are controllers for them. Answers its directory. */
export async function createCgroup(
  { directory: root, controllers }: CgroupRoot,
  name: string,
  { cpu, memoryMb }: Limits,
): Promise<string> {
  const directory = join(root, name);
  await mkdir(directory, { recursive: true });
  const set = (file: string, value: string | number) => writeFile(join(directory, file), String(value));
  if (controllers.has("memory")) {
    await set("memory.max", Math.round(memoryMb * 1024 * 1024));
    // Without swap, as with docker. The file is missing where the kernel accounts for none.
    await set("memory.swap.max", 0).catch(() => {});
  }
  if (controllers.has("cpu")) await set("cpu.max", `${Math.round(cpu * CPU_PERIOD_US)} ${CPU_PERIOD_US}`);
  if (controllers.has("pids")) await set("pids.max", MAX_PIDS);
  return directory;
}

/** Moves a process there; what it starts from now on is born there. */
export async function joinCgroup(directory: string, pid: number): Promise<void> {
  await writeFile(join(directory, "cgroup.procs"), String(pid));
}

/** Whether the kernel has ended a process of the group because it had reached `memory.max`. */
export async function hasRunOutOfMemory(directory: string): Promise<boolean> {
  const events = await readFile(join(directory, "memory.events"), "utf8").catch(() => "");
  return /^oom_kill [1-9]/m.test(events);
}

/**
 * Ends all that is left in the group, also what has left the session of its game server. Returns when nobody is there, or
 * there is no such group. Throws when the kernel does not end a killed process in 5 s.
 */
export async function killCgroup(directory: string): Promise<void> {
  const deadline = performance.now() + KILLED_MS;
  while (await isPopulated(directory)) {
    if (performance.now() > deadline) throw new Error(`processes of ${directory} are still there after SIGKILL`);
    await killAll(directory);
    await delay(POLL_MS);
  }
}

/** `cgroup.kill` came with Linux 5.14. */
async function killAll(directory: string): Promise<void> {
  const isKilled = await writeFile(join(directory, "cgroup.kill"), "1", { flag: "r+" }).then(
    () => true,
    () => false,
  );
  if (isKilled) return;
  const pids = await readFile(join(directory, "cgroup.procs"), "utf8").catch(() => "");
  for (const pid of pids.split("\n").filter((line) => line !== "")) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function isPopulated(directory: string): Promise<boolean> {
  const events = await readFile(join(directory, "cgroup.events"), "utf8").catch(() => "");
  return /^populated 1$/m.test(events);
}

/** One that is gone already is fine; one with processes in it stays. */
export async function removeCgroup(directory: string): Promise<void> {
  await rmdir(directory).catch(() => {});
}

/** Removes groups that a host has left which died before their process was written down. */
export async function removeAbandonedCgroups(
  { directory: root }: CgroupRoot,
  isAbandoned: (name: string) => boolean,
): Promise<void> {
  for (const name of (await readdir(root)).filter(isAbandoned)) {
    const found = await stat(join(root, name)).catch(() => undefined);
    if (found?.isDirectory() && found.mtimeMs < Date.now() - ABANDONED_MS) await removeCgroup(join(root, name));
  }
}
