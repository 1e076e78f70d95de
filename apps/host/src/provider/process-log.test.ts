import { appendFile, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeOldLogs, rotateLog } from "./process-log.ts";

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-log-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test("a log that has grown is rotated while it is written", async () => {
  const log = join(await temporary(), "log");
  await writeFile(log, "first line\nsecond line\n");
  await rotateLog(log, 1_000);
  expect((await stat(log)).size).toBeGreaterThan(0);
  await rotateLog(log, 10);
  await appendFile(log, "third line\n");
  expect(await readFile(log, "utf8")).toBe("third line\n");
  expect(await readFile(`${log}.1`, "utf8")).toBe("first line\nsecond line\n");
});

test("of a log that has grown far beyond its limit only the end is kept", async () => {
  const log = join(await temporary(), "log");
  await writeFile(log, Buffer.alloc(17 * 1024 * 1024, "x"));
  await appendFile(log, "the end");
  await rotateLog(log, 1_000);
  expect(await readFile(log, "utf8")).toBe("");
  const kept = await readFile(`${log}.1`, "utf8");
  expect([kept.length, kept.slice(-7)]).toEqual([1_000, "the end"]);
});

test("logs of ended processes go when their time is over, those of known ones stay", async () => {
  const root = await temporary();
  const longAgo = new Date(Date.now() - 73 * 3_600_000);
  for (const name of ["old", "known", "new"]) {
    const directory = join(root, name);
    await mkdir(directory);
    await writeFile(join(directory, "log"), "");
    if (name !== "new") await utimes(join(directory, "log"), longAgo, longAgo);
  }
  await removeOldLogs(root, { isKnown: (name) => name === "known", retentionMs: 72 * 3_600_000 });
  await expect(stat(join(root, "old"))).rejects.toThrow("ENOENT");
  expect((await stat(join(root, "known"))).isDirectory()).toBe(true);
  expect((await stat(join(root, "new"))).isDirectory()).toBe(true);
});
