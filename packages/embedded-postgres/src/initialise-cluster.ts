import { chown, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import type { DataDirectory, ServerRecord } from "./data-directory.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { readIfPresent } from "./read-if-present.ts";
import { runProgram } from "./run-program.ts";

/** The superuser of every embedded cluster. */
export const SUPERUSER = "roombridge";

/** The major version that made the cluster; undefined when there is none. */
export async function clusterMajor(cluster: string): Promise<string | undefined> {
  return (await readIfPresent(join(cluster, "PG_VERSION")))?.trim();
}

/**
 * Makes an empty cluster: UTF-8, the built-in C.UTF-8 locale (sorts alike on every machine), password logins only.
 * It appears under its name when it is whole; what an interrupted run left is removed.
 * @throws EmbeddedPostgresError with the output of initdb.
 */
export async function initialiseCluster(
  directory: DataDirectory,
  record: ServerRecord,
  options: { readonly binaries: Binaries; readonly durable: boolean },
): Promise<void> {
  const { account, cluster, home } = directory;
  await removeHalfMade(directory);
  const temporary = await mkdtemp(`${cluster}.new-`);
  const passwordFile = `${temporary}.password`;
  await writeFile(passwordFile, record.password, { mode: 0o600 });
  if (account !== undefined) {
    await chown(temporary, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const args = [
    ...["--pgdata", temporary, "--username", SUPERUSER, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
    ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    ...(options.durable ? [] : ["--no-sync"]),
  ];
  const { ok, output } = await runProgram(options.binaries.initdb, args, { account, cwd: home, timeoutMs: 180_000 });
  await rm(passwordFile, { force: true });
  if (!ok) {
    await rm(temporary, { recursive: true, force: true });
    throw new EmbeddedPostgresError(`The embedded database could not be made in ${cluster}:\n${output}`);
  }
  await rename(temporary, cluster);
}

async function removeHalfMade({ home, cluster }: DataDirectory): Promise<void> {
  const prefix = `${basename(cluster)}.new-`;
  for (const name of await readdir(home)) {
    // An initdb that outlived its killed parent may still write; its next output to the closed pipe ends it.
    if (name.startsWith(prefix)) await rm(join(home, name), { recursive: true, force: true, maxRetries: 10 });
  }
}
