import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

/** Skips the test, loudly, where a program is missing; on CI that is a failure. */
export function requireProgram(test: TestContext, file: string, args: readonly string[], install: string): void {
  const { status } = spawnSync(file, args, { stdio: "ignore" });
  if (status === 0) return;
  const problem = `${file} ${args.join(" ")} does not work here; on Debian: apt-get install ${install}`;
  if (process.env["CI"] === "true") throw new Error(problem);
  console.warn(`SKIPPED: ${test.task.name}: ${problem}`);
  test.skip(problem);
}

/** Runs a program to its end; throws with what it printed when it fails. */
export function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}
