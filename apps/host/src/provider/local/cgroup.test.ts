import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { waitFor } from "@roombridge/testing";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { LOG_KEEPING, newSpec } from "../../../test/process-spec.ts";
import {
  createCgroup,
  hasRunOutOfMemory,
  joinCgroup,
  killCgroup,
  openCgroupRoot,
  removeAbandonedCgroups,
  removeCgroup,
} from "./cgroup.ts";
import { openLocalProvider } from "./local-provider.ts";
import { identify, isAlive } from "./process-identity.ts";

const root = await delegated();
if (root === undefined) console.warn("SKIPPED: cgroup v2 is not there, or may not be written");
afterAll(async () => {
  if (root !== undefined) await rmdir(root);
});

/** A directory of cgroup v2 for this file; which controllers it has depends on the machine. */
async function delegated(): Promise<string | undefined> {
  const mounts = await readFile("/proc/self/mounts", "utf8").catch(() => "");
  const [, mount] = /^\S+ (\S+) cgroup2 /m.exec(mounts) ?? [];
  const directory = join(mount ?? "/nowhere", `roombridge-test-${process.pid}`);
  return mkdir(directory).then(
    () => directory,
    () => undefined,
  );
}

async function newRoot(): Promise<string> {
  const directory = join(root ?? "", newUuid());
  onTestFinished(async () => {
    for (const name of await readdir(directory)) {
      await killCgroup(join(directory, name)).catch(() => {});
      await removeCgroup(join(directory, name));
    }
    await rmdir(directory);
  });
  return directory;
}

/** What the kernel would offer in a directory where all controllers are delegated. */
async function imitation(controllers: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-cgroup-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "cgroup.controllers"), controllers);
  return directory;
}

async function openProvider(cgroup: string, argv: readonly string[], earlier?: string) {
  const directory = earlier ?? (await mkdtemp(join(tmpdir(), "roombridge-local-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const provider = await openLocalProvider({
    root: directory,
    commands: new Map([["game", { argv, cwd: "/" }]]),
    baseEnv: { PATH: process.env["PATH"] ?? "" },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    limits: { isEnforced: true, cgroup },
    onChange: () => {},
    log: createLog({ name: "test", level: "silent", format: "json" }),
  });
  onTestFinished(async () => {
    for (const { processId } of await provider.list()) await provider.stop(processId, 0);
    await provider.close();
  });
  return { provider, directory };
}

test("limits are written where there are controllers for them", async () => {
  const directory = await imitation("cpuset cpu io memory pids\n");
  const opened = await openCgroupRoot(directory);
  expect(await readFile(join(directory, "cgroup.subtree_control"), "utf8")).toBe("+memory +cpu +pids");
  const group = await createCgroup(opened, newUuid(), { cpu: 0.5, memoryMb: 1.5 });
  const limit = (file: string) => readFile(join(group, file), "utf8");
  expect(await limit("memory.max")).toBe("1572864");
  expect(await limit("memory.swap.max")).toBe("0");
  expect(await limit("cpu.max")).toBe("50000 100000");
  expect(await limit("pids.max")).toBe("8192");
  const poor = await openCgroupRoot(await imitation("hugetlb\n"));
  expect(await readdir(await createCgroup(poor, newUuid(), { cpu: 1, memoryMb: 1 }))).toEqual([]);
});

test.each([
  ["low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\n", true],
  ["low 0\nhigh 0\nmax 12\noom 3\noom_kill 0\n", false],
  [undefined, false],
])("memory.events of %j tell %s", async (events, expected) => {
  const directory = await imitation("");
  if (events !== undefined) await writeFile(join(directory, "memory.events"), events);
  expect(await hasRunOutOfMemory(directory)).toBe(expected);
});

test("a directory that is none of cgroup v2 is refused with its name", async () => {
  const directory = join(await imitation("memory"), "sub");
  await expect(openCgroupRoot(directory)).rejects.toThrow(`HOST_CGROUP ${directory} is no directory of cgroup v2`);
});

test.skipIf(root === undefined)("a group is ended as a whole, and can be removed then", async () => {
  const opened = await openCgroupRoot(await newRoot());
  const group = await createCgroup(opened, newUuid(), { cpu: 1, memoryMb: 64 });
  const child = spawn("sleep", ["600"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await joinCgroup(group, child.pid ?? 0);
  await killCgroup(group);
  await waitFor(() => child.signalCode === "SIGKILL", { what: "the child to be killed" });
  await removeCgroup(group);
  expect(await readdir(opened.directory)).not.toContain(group.split("/").at(-1));
  await killCgroup(group);
});

test.skipIf(root === undefined)(
  "what has left the session of a game server ends with it, and leaves no group behind",
  async () => {
    const directory = await newRoot();
    const script = `setsid sh -c 'echo $$ > "$DAEMON"; exec sleep 600' & while ! test -s "$DAEMON"; do :; done; exit 3`;
    const { provider, directory: files } = await openProvider(directory, ["sh", "-c", script]);
    const processId = newUuid();
    const DAEMON = join(files, "daemon");
    await provider.start(newSpec({ processId, env: { DAEMON } }));
    const exit = await waitFor(async () => (await provider.inspect(processId))?.exit, { what: "the exit" });
    expect(exit).toEqual({ code: 3 });
    await expect(identify(Number(await readFile(DAEMON, "utf8")))).rejects.toThrow("ended");
    expect(await readdir(directory)).toContain(processId);
    await provider.forget(processId);
    expect(await readdir(directory)).not.toContain(processId);
  },
);

test.skipIf(root === undefined)(
  "a daemon of a server that is stopped by the next host ends too, and its group goes",
  async () => {
    const root = await newRoot();
    const script = `setsid sh -c 'echo $$ > "$DAEMON"; exec sleep 600' & sleep 600`;
    const { provider, directory: files } = await openProvider(root, ["sh", "-c", script]);
    const processId = newUuid();
    const DAEMON = join(files, "daemon");
    await provider.start(newSpec({ processId, env: { DAEMON } }));
    const pid = await waitFor(async () => Number(await readFile(DAEMON, "utf8").catch(() => "")) || undefined, {
      what: "the daemon",
    });
    const daemon = await identify(pid);
    await provider.close();
    const { provider: next } = await openProvider(root, [], files);
    await next.stop(processId, 1_000);
    expect(await isAlive(daemon)).toBe(false);
    await next.forget(processId);
    expect(await readdir(root)).not.toContain(processId);
  },
);

test.skipIf(root === undefined)("a process whose group cannot be made does not start, and leaves nothing", async () => {
  const directory = await newRoot();
  const { provider } = await openProvider(directory, ["sleep", "600"]);
  await writeFile(join(directory, "cgroup.max.descendants"), "0");
  await expect(provider.start(newSpec())).rejects.toThrow("its group in HOST_CGROUP could not be made");
  expect(await provider.list()).toEqual([]);
});

test("groups that a dead host left are removed after a while, known and foreign ones stay", async () => {
  const directory = await imitation("");
  const [old, young, known] = [newUuid(), newUuid(), newUuid()];
  for (const name of [old, young, known]) await mkdir(join(directory, name));
  const before = new Date(Date.now() - 120_000);
  for (const name of [old, known]) await utimes(join(directory, name), before, before);
  await removeAbandonedCgroups({ directory, controllers: new Set() }, (name) => name !== known);
  expect((await readdir(directory)).sort()).toEqual(["cgroup.controllers", young, known].sort());
});
