import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY_ROOT } from "@roombridge/testing";

const run = promisify(execFile);

/**
 * The release before the one in this checkout, with migrations up to 0028: each migration works with the release before it, not
 * with any earlier one. Moves on with each release.
 */
const COMMIT = "2399cbbecada1ed77d668d0cb5084f8b858edc42";
const INSTALL_MS = 300_000;
const GIT = ["-c", "safe.directory=*", "-C", REPOSITORY_ROOT];

/** A checkout of another release that can be started. */
export interface OldRelease {
  readonly directory: string;
  /** `roombridge migrate` of that release. */
  migrate(databaseUrl: string): Promise<void>;
  remove(): Promise<void>;
}

/** False where the history is not at hand, as in a copy without git or a shallow clone; that is said loudly. */
export async function hasOldRelease(): Promise<boolean> {
  try {
    await run("git", [...GIT, "cat-file", "-e", `${COMMIT}^{commit}`]);
    return true;
  } catch {
    console.warn(`SKIPPED TESTS: the release before this one, ${COMMIT}, is not in the history of this checkout`);
    return false;
  }
}

/** Unpacks it and installs its dependencies. */
export async function checkOutOldRelease(): Promise<OldRelease> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-old-release-"));
  const archive = spawn("git", [...GIT, "archive", COMMIT], { stdio: ["ignore", "pipe", "inherit"] });
  const extract = spawn("tar", ["--extract", "--directory", directory], {
    stdio: [archive.stdout, "ignore", "inherit"],
  });
  const [code] = await once(extract, "exit");
  if (code !== 0) throw new Error(`the release ${COMMIT} could not be unpacked`);
  const pnpm = join(REPOSITORY_ROOT, "node_modules/.bin/pnpm");
  await run(pnpm, ["install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: directory,
    timeout: INSTALL_MS,
  });
  return {
    directory,
    migrate: async (databaseUrl) => {
      const cli = join(directory, "apps/standalone/src/cli.ts");
      await run(process.execPath, [cli, "migrate"], { cwd: directory, env: { DATABASE_URL: databaseUrl } });
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
