import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { testEnvironment } from "./env.ts";

/**
 * The path of a program that some tests need. When it is missing: in CI an error, elsewhere undefined after a loud
 * line, for `describe.skipIf(program === undefined)`.
 */
export function requireProgram(
  name: string,
  debianPackage: string,
  { path, isCi }: { readonly path: readonly string[]; readonly isCi: boolean } = testEnvironment,
): string | undefined {
  const found = path.map((directory) => join(directory, name)).find(isProgram);
  if (found !== undefined) return found;
  const missing = `the program ${name} is not installed (Debian: apt-get install ${debianPackage})`;
  if (isCi) throw new Error(`${missing}; in CI its tests must run`);
  console.warn(`SKIPPED TESTS: ${missing}`);
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
