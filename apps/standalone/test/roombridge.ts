import { execFile } from "node:child_process";
import { join } from "node:path";

const CLI = join(import.meta.dirname, "../src/cli.ts");

/** Runs the command as a person would, with nothing of our environment. */
export function roombridge(
  args: readonly string[],
  variables: Record<string, string>,
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const env = { ROOMBRIDGE_DATA_DIR: "/nowhere", ...variables };
    execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}
