import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { type CoturnVersion, isAtLeast, OLDEST_COTURN, parseCoturnVersion } from "./coturn-version.ts";

const VERSION_TIMEOUT_MS = 10_000;

/** The first `turnserver` in PATH (given as its text) that we may run; undefined when coturn is not installed. */
export function findTurnserver(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, "turnserver"))
    .find(isExecutable);
}

/** Asks the binary. Throws an Error when it does not answer, or is older than we support. */
export async function turnserverVersion(binary: string): Promise<CoturnVersion> {
  // Very old ones take --version for an unknown option, print their usage and fail.
  const output = await promisify(execFile)(binary, ["--version"], { timeout: VERSION_TIMEOUT_MS, env: {} }).catch(
    (cause: unknown) => {
      throw new Error(`${binary} does not tell its version; coturn 4.6.0 or newer is needed`, { cause });
    },
  );
  const version = parseCoturnVersion(output.stdout);
  if (version === undefined || !isAtLeast(version, OLDEST_COTURN)) {
    throw new Error(`${binary} is ${output.stdout.trim() || "of unknown version"}; coturn 4.6.0 or newer is needed`);
  }
  return version;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
