import { access, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const State = z.object({
  processId: z.string(),
  /** Leader of the process's own session and group: the shim. */
  pid: z.int().positive(),
  startTime: z.string(),
  bootId: z.string(),
  ports: z.array(
    z.object({
      name: z.string(),
      port: z.int(),
      transportType: z.enum(["tcp", "udp", "tls"]),
      plainPort: z.int().optional(),
    }),
  ),
  /** It is ended when it takes more; absent when the kernel sees to that, or nobody. */
  memoryLimitBytes: z.int().positive().optional(),
  /** Its directory of cgroup v2. */
  cgroup: z.string().optional(),
});
/** What must be known to find a process again after the host has died. */
export type ProcessState = z.output<typeof State>;

export const PROCESS_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface ProcessFiles {
  readonly directory: string;
  readonly log: string;
  /** Exit code, written by the shim. */
  readonly exit: string;
  /** There once the process was ended for its memory. */
  readonly outOfMemory: string;
  readonly state: string;
}

/** Where a process keeps its files. Throws when `processId` is no UUID: it becomes part of a path. */
export function processFiles(root: string, processId: string): ProcessFiles {
  if (!PROCESS_ID.test(processId)) throw new Error("a processId must be a UUID");
  const directory = join(root, processId);
  return {
    directory,
    log: join(directory, "log"),
    exit: join(directory, "exit"),
    outOfMemory: join(directory, "out-of-memory"),
    state: join(directory, "state.json"),
  };
}

/** Makes an empty place for a process; what an earlier try left is removed, its log kept. */
export async function prepareFiles(files: ProcessFiles): Promise<void> {
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  await removeState(files);
}

export async function writeState(files: ProcessFiles, state: ProcessState): Promise<void> {
  const temporary = `${files.state}.new`;
  await writeFile(temporary, JSON.stringify(state));
  await rename(temporary, files.state);
}

/** After this the process is unknown; the log stays. */
export async function removeState(files: ProcessFiles): Promise<void> {
  await rm(files.state, { force: true });
  await rm(files.exit, { force: true });
  await rm(files.outOfMemory, { force: true });
}

/** Written before the process is ended, so that a host that dies meanwhile does not make a crash of it. */
export async function markOutOfMemory(files: ProcessFiles): Promise<void> {
  await writeFile(files.outOfMemory, "");
}

export async function isMarkedOutOfMemory(files: ProcessFiles): Promise<boolean> {
  return access(files.outOfMemory).then(
    () => true,
    () => false,
  );
}

/** The exit code; undefined when the shim has not written one (yet). */
export async function readExitCode(files: ProcessFiles): Promise<number | undefined> {
  const text = await readFile(files.exit, "utf8").catch(() => "");
  return /^\d{1,3}\n$/.test(text) ? Number(text) : undefined;
}

/** The processes that earlier hosts left in their files, dead or alive. */
export async function readStates(root: string): Promise<ProcessState[]> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const names = (await readdir(root)).filter((name) => PROCESS_ID.test(name));
  const states = await Promise.all(names.map((name) => readState(processFiles(root, name))));
  return states.filter((state) => state !== undefined);
}

async function readState(files: ProcessFiles): Promise<ProcessState | undefined> {
  const text = await readFile(files.state, "utf8").catch(() => "");
  try {
    return State.parse(JSON.parse(text));
  } catch {
    // Only a power cut can leave half a file, and no process survived that.
    return undefined;
  }
}
