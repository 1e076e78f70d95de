import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { coturnDirectory, fillCoturnDirectory } from "./coturn-directory.ts";

const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), "coturn-directory-"));
const made: string[] = [folder];

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

test("directory and files are private to the account that runs coturn", async () => {
  const directory = await coturnDirectory(join(folder, "data"));
  made.push(directory.path);
  await fillCoturnDirectory(directory, { conf: "secret" });
  const owner = directory.account?.uid ?? process.getuid?.();
  expect(statSync(directory.path)).toMatchObject({ uid: owner, mode: 0o40700 });
  expect(statSync(join(directory.path, "conf"))).toMatchObject({ uid: owner, mode: 0o100600 });
});

test("filled again, what lay there is gone, and a symbolic link in the way is not followed", async () => {
  const directory = await coturnDirectory(join(folder, "again"));
  made.push(directory.path);
  const precious = join(folder, "precious");
  writeFileSync(precious, "untouched");
  await fillCoturnDirectory(directory, { old: "old" });
  symlinkSync(precious, join(directory.path, "conf"));
  await fillCoturnDirectory(directory, { conf: "new" });
  expect(readFileSync(precious, "utf8")).toBe("untouched");
  expect(readFileSync(join(directory.path, "conf"), "utf8")).toBe("new");
  expect(existsSync(join(directory.path, "old"))).toBe(false);
});

test("each data directory has its own place, and always the same one", async () => {
  const [one, other, oneAgain] = [await place("one"), await place("other"), await place("one")];
  expect(one).toBe(oneAgain);
  expect(one).not.toBe(other);
});

test.runIf(isRoot)("root's coturn has an ordinary account and a place that it can reach", async () => {
  const directory = await coturnDirectory(join(folder, "data"));
  expect(directory.path).toMatch(/^\/var\/lib\/roombridge\/[0-9a-f]{12}-coturn$/);
  expect(directory.account?.uid).toBeGreaterThan(0);
});

test.skipIf(isRoot)("an ordinary user's coturn lives in the data directory", async () => {
  const directory = await coturnDirectory(join(folder, "data"));
  expect(directory).toMatchObject({ account: undefined });
  expect(directory.path.endsWith(join("data", "coturn"))).toBe(true);
});

async function place(name: string): Promise<string> {
  return (await coturnDirectory(join(folder, name))).path;
}
