import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endOrphans } from "./end-orphans.ts";

test("what still runs of a removed container is ended, and nothing else", async () => {
  const id = randomBytes(32).toString("hex");
  const procRoot = await mkdtemp(join(tmpdir(), "roombridge-proc-"));
  onTestFinished(() => rm(procRoot, { recursive: true, force: true }));
  const start = async (cgroup: string) => {
    const child = spawn("sleep", ["600"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    await mkdir(join(procRoot, String(child.pid)));
    await writeFile(join(procRoot, String(child.pid), "cgroup"), cgroup);
    return child;
  };
  const orphan = await start(`12:memory:/docker/${id}\n0::/docker/${id}\n`);
  const other = await start(`0::/system.slice/docker-${randomBytes(32).toString("hex")}.scope\n`);
  // One that has ended since the directory was read.
  await mkdir(join(procRoot, "4194305"));
  await writeFile(join(procRoot, "4194305", "cgroup"), `0::/docker/${id}\n`);
  const ended = once(orphan, "exit");
  await endOrphans(id, procRoot);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect([other.exitCode, other.signalCode]).toEqual([null, null]);
});

test("where processes are not seen nothing happens", async () => {
  await endOrphans("an id", "/nonexistent");
});
