import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findReadable } from "./binaries.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("SKIPPED: copies of the binaries for the server's account are made only by root");

let base: string;
let logged: string[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "roombridge-binaries-"));
  await chmod(base, 0o755);
  logged = [];
});

afterEach(() => rm(base, { recursive: true, force: true }));

function find(native: string, account: typeof NOBODY | undefined) {
  return findReadable({ native, copy: join(base, "shared", "bin-1"), account, log: (line) => logged.push(line) });
}

/** The real package below a directory that only its owner may enter. */
async function privateHome(): Promise<string> {
  const resolve = createRequire(import.meta.url).resolve;
  const installed = dirname(dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  const home = join(base, "home");
  await mkdir(home, { mode: 0o700 });
  await cp(join(installed, "native"), join(home, "native"), { recursive: true, verbatimSymlinks: true });
  return join(home, "native");
}

/** A directory whose `postgres` is this shell script. */
async function fakeNative(script: string): Promise<string> {
  const native = join(base, "native");
  await mkdir(join(native, "bin"), { recursive: true });
  await writeFile(join(native, "bin", "postgres"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return native;
}

test("programs that run are used where they are", async () => {
  const native = await fakeNative("echo 'postgres (PostgreSQL) 18.4'");
  expect(await find(native, undefined)).toEqual({
    postgres: join(native, "bin", "postgres"),
    initdb: join(native, "bin", "initdb"),
    major: "18",
  });
  expect(logged).toEqual([]);
});

test.each([
  [
    "a missing library",
    "echo 'libssl.so.1.1: cannot open shared object file' >&2; exit 127",
    "libssl.so.1.1: cannot open",
  ],
  ["something that is not PostgreSQL", "echo hello", "hello"],
])("%s is named, and DATABASE_URL as the way out", async (_, script, reason) => {
  const error = await find(await fakeNative(script), undefined).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(EmbeddedPostgresError);
  expect(String(error)).toContain(reason);
  expect(String(error)).toContain("DATABASE_URL");
});

test("a program that is missing altogether is such an error too", async () => {
  await expect(find(join(base, "nowhere"), undefined)).rejects.toThrow(/ENOENT[\s\S]*DATABASE_URL/);
});

describe.skipIf(!isRoot)("as root", () => {
  test("a package that the server's account cannot reach is copied once, by several starts at once", async () => {
    const native = await privateHome();
    const found = await Promise.all([find(native, NOBODY), find(native, NOBODY)]);

    const copy = join(base, "shared", "bin-1");
    for (const binaries of found) expect(binaries.postgres).toBe(join(copy, "bin", "postgres"));
    expect(await readdir(join(base, "shared"))).toEqual(["bin-1"]);
    expect((await stat(copy)).uid).toBe(0);
    if (process.platform === "linux")
      expect((await lstat(join(copy, "lib", "libpq.so.5"))).isSymbolicLink()).toBe(true);

    logged = [];
    expect((await find(native, NOBODY)).postgres).toBe(join(copy, "bin", "postgres"));
    expect(logged).toEqual([]);
  });

  test("files that only their owner may read become readable in the copy", async () => {
    const native = await privateHome();
    await chmod(join(native, "bin", "postgres"), 0o700);
    await chmod(join(native, "share"), 0o700);
    await find(native, NOBODY);
    expect((await stat(join(base, "shared", "bin-1", "bin", "postgres"))).mode & 0o777).toBe(0o755);
    expect((await stat(join(base, "shared", "bin-1", "share"))).mode & 0o777).toBe(0o755);
  });

  test("a program that does not run in the copy either is an error", async () => {
    const native = await fakeNative("exit 1");
    await expect(find(native, NOBODY)).rejects.toThrow(/DATABASE_URL/);
  });
});
