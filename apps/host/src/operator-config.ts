import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";

const Commands = z.object({
  commands: z
    .record(
      z.string().min(1),
      z.strictObject({
        argv: z.tuple([z.string().min(1)], z.string()),
        cwd: z.string().min(1).optional(),
      }),
    )
    .default({}),
});

export interface Command {
  /** Program and arguments; `{port}` and `{port:name}` stand for ports. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

/**
 * The commands that this host may run, by name. A relative `cwd` is taken from the directory of the file, which is also its
 * default. Other keys of the file are for others. Throws an Error that names the file and every problem.
 */
export async function readCommands(file: string): Promise<ReadonlyMap<string, Command>> {
  const parsed = Commands.safeParse(await readJson(file));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`ROOMBRIDGE_CONFIG ${file} has problems:\n${problems.join("\n")}`);
  }
  const directory = dirname(resolve(file));
  return new Map(
    Object.entries(parsed.data.commands).map(([name, { argv, cwd = "." }]) => [
      name,
      { argv, cwd: resolve(directory, cwd) },
    ]),
  );
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`ROOMBRIDGE_CONFIG ${file} cannot be read as JSON`, { cause: error });
  }
}
