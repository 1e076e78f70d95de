import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stopLeftover } from "./stop-leftover.ts";

const folder = mkdtempSync(join(tmpdir(), "stop-leftover-"));
const pidFile = join(folder, "turnserver.pid");
const configFile = join(folder, "turnserver.conf");
const children: ChildProcess[] = [];

interface Started {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
}

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

test("the process of this configuration is stopped", async () => {
  const { child, exited } = await start("setInterval(() => {}, 1000)", ["-c", configFile]);
  expect(await stopLeftover(pidFile, configFile)).toBe(true);
  await exited;
  expect(child.signalCode).toBe("SIGTERM");
});

test("one that does not listen to SIGTERM is killed", async () => {
  const { child, exited } = await start("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", [
    "-c",
    configFile,
  ]);
  expect(await stopLeftover(pidFile, configFile)).toBe(true);
  await exited;
  expect(child.signalCode).toBe("SIGKILL");
});

test("a process that got the same number meanwhile, but is not ours, is left alone", async () => {
  const { child } = await start("setInterval(() => {}, 1000)", ["-c", "/etc/turnserver.conf"]);
  expect(await stopLeftover(pidFile, configFile)).toBe(false);
  expect(child.exitCode ?? child.signalCode).toBeNull();
});

test("a process that is gone is no leftover", async () => {
  const { child, exited } = await start("setInterval(() => {}, 1000)", ["-c", configFile]);
  child.kill("SIGKILL");
  await exited;
  expect(await stopLeftover(pidFile, configFile)).toBe(false);
});

test.each(["", "0", "1", "-1", "abc", "99999999999999999999"])(
  "a pid file with %j in it harms nobody",
  async (text) => {
    writeFileSync(pidFile, text);
    expect(await stopLeftover(pidFile, configFile)).toBe(false);
  },
);

test("no pid file, no leftover", async () => {
  expect(await stopLeftover(join(folder, "missing"), configFile)).toBe(false);
});

async function start(program: string, args: readonly string[]): Promise<Started> {
  const ready = "process.stdout.write('ready');";
  const child = spawn(process.execPath, ["-e", `${program};${ready}`, "--", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  writeFileSync(pidFile, `${child.pid}\n`);
  return { child, exited };
}
