import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryLock, waitForLock } from "./lock-file.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "roombridge-lock-"));
});

afterAll(() => rm(directory, { recursive: true }));

test("one holder at a time, also within a process", () => {
  const file = join(directory, "one");
  const release = tryLock(file);
  expect(release).toBeTypeOf("function");
  expect(tryLock(file)).toBeUndefined();
  release?.();
  release?.();
  const again = tryLock(file);
  expect(again).toBeTypeOf("function");
  again?.();
});

test("who waits gets the lock when it is given back, and undefined at the deadline", async () => {
  const file = join(directory, "wait");
  const release = tryLock(file);
  expect(await waitForLock(file, 100)).toBeUndefined();
  const waiting = waitForLock(file, 60_000);
  release?.();
  expect(await waiting).toBeTypeOf("function");
});

test("the lock of a killed process is free", async () => {
  const file = join(directory, "killed");
  const script = `import { tryLock } from ${JSON.stringify(join(import.meta.dirname, "lock-file.ts"))};
    process.stdout.write(tryLock(${JSON.stringify(file)}) ? "held" : "refused");
    setInterval(() => {}, 1_000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(holder.stdout, "data");
  expect(String(said)).toBe("held");
  expect(tryLock(file)).toBeUndefined();

  holder.kill("SIGKILL");
  await once(holder, "exit");
  const release = tryLock(file);
  expect(release).toBeTypeOf("function");
  release?.();
});

test("a lock file that cannot be made is an error, not a taken lock", () => {
  expect(() => tryLock(join(directory, "missing", "lock"))).toThrow(/cannot be opened: is its directory there/);
});

test("a lock is kept although nobody remembers how to give it back", () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage !== "function") throw new Error("no garbage collector to call");
  const path = join(directory, "forgotten.lock");
  tryLock(path);
  for (let round = 0; round < 3; round += 1) collectGarbage();
  expect(tryLock(path)).toBeUndefined();
});
