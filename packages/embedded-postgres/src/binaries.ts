import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError, errnoCode } from "./embedded-postgres-error.ts";
import { runProgram } from "./run-program.ts";
import type { ServerAccount } from "./server-account.ts";
import { makeSharedDirectory } from "./shared-directory.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version: a cluster of another one cannot be opened. */
  readonly major: string;
}

const WAY_OUT = "Set DATABASE_URL to a PostgreSQL 15 or newer and no embedded database is needed.";

/**
 * The programs of `@embedded-postgres/<platform>-<arch>`, proven to run as `account`. When that account cannot read
 * the package (a checkout below a private home), a copy in `sharedDirectory` is made once and used by all.
 * @throws EmbeddedPostgresError when this machine has no package or its programs do not run here.
 */
export async function findBinaries(
  account: ServerAccount | undefined,
  sharedDirectory: string,
  log: (line: string) => void,
): Promise<Binaries> {
  const installed = installedPackage();
  const { version } = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as { version: string };
  const native = join(installed, "native");
  return findReadable({ native, copy: join(sharedDirectory, `bin-${version}`), account, log });
}

/** The decision behind `findBinaries`, for a directory that holds bin, lib and share. */
export async function findReadable(where: {
  readonly native: string;
  readonly copy: string;
  readonly account: ServerAccount | undefined;
  readonly log: (line: string) => void;
}): Promise<Binaries> {
  const first = await tryBinaries(where.native, where.account);
  if (typeof first !== "string") return first;
  if (where.account === undefined) throw unusable(first);
  const present = await tryBinaries(where.copy, where.account);
  if (typeof present !== "string") return present;
  where.log(`copying PostgreSQL to ${where.copy}, where its account can read it`);
  await copyForAll(where.native, where.copy);
  const copied = await tryBinaries(where.copy, where.account);
  if (typeof copied === "string") throw unusable(copied);
  return copied;
}

function unusable(reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`The embedded PostgreSQL does not run on this machine: ${reason}\n${WAY_OUT}`);
}

function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    const missing = `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name} is not installed).`;
    throw new EmbeddedPostgresError(`${missing} ${WAY_OUT}`, { cause });
  }
}

/** Permissions along a path, missing libraries and another libc show only when the program really runs. */
async function tryBinaries(native: string, account: ServerAccount | undefined): Promise<Binaries | string> {
  const postgres = join(native, "bin", "postgres");
  const { ok, output } = await runProgram(postgres, ["--version"], { account, cwd: "/", timeoutMs: 30_000 });
  const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (!ok || major === undefined) return output;
  return { postgres, initdb: join(native, "bin", "initdb"), major };
}

/** Makes `to` a readable copy of `from`, all at once: another start sees the whole of it or nothing. */
async function copyForAll(from: string, to: string): Promise<void> {
  await makeSharedDirectory(dirname(to));
  const temporary = await mkdtemp(`${to}.new-`);
  try {
    await cp(from, temporary, { recursive: true, verbatimSymlinks: true });
    await makeReadable(temporary);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Somebody else was faster; what they put there is judged by trying it.
    if (!["ENOTEMPTY", "EEXIST"].includes(errnoCode(error))) throw error;
  }
}

async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
