import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, resolve } from "node:path";
import type { Command } from "../../operator-config.ts";
import { SpawnError } from "../provider.ts";

/** Throws SpawnError when the program or the working directory is not there: the shell would only answer 127. */
export async function checkCommand({ argv, cwd }: Command, path: string): Promise<void> {
  const directory = await stat(cwd).catch(() => undefined);
  if (!directory?.isDirectory()) throw new SpawnError(`the working directory ${cwd} does not exist`);
  const [program = ""] = argv;
  const candidates = program.includes("/")
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : path.split(delimiter).map((entry) => resolve(cwd, entry, program));
  for (const candidate of candidates) if (await isProgram(candidate)) return;
  throw new SpawnError(`the program ${program} was not found, or may not be executed`);
}

async function isProgram(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
