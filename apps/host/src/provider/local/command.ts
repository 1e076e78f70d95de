import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, resolve } from "node:path";
import type { Command } from "../../operator-config.ts";
import { SpawnError } from "../provider.ts";

/**
 * Throws SpawnError when the program or the working directory is not there: the shell would only answer 127. Where they were
 * looked for is its cause, for the log: the message is told to whoever made the deployment.
 */
export async function checkCommand({ argv, cwd }: Command, path: string): Promise<void> {
  const directory = await stat(cwd).catch(() => undefined);
  if (!directory?.isDirectory()) throw refusal("the working directory of the command does not exist", cwd);
  const [program = ""] = argv;
  const candidates = program.includes("/")
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : path.split(delimiter).map((entry) => resolve(cwd, entry, program));
  for (const candidate of candidates) if (await isProgram(candidate)) return;
  throw refusal("the program of the command was not found, or may not be executed", candidates.join(", "));
}

function refusal(message: string, where: string): SpawnError {
  return new SpawnError(message, { cause: new Error(where) });
}

async function isProgram(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
