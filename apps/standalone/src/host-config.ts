import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { DEMO_COMMAND } from "./demo.ts";
import { mainOf, REPOSITORY_ROOT } from "./repository.ts";
import { writePrivate } from "./write-private.ts";

/** Only what must change on the way: the host checks the rest. */
const Command = z.looseObject({ cwd: z.string().optional() });
const Registry = z.looseObject({ passwordFile: z.string().optional() });
const OperatorConfig = z.looseObject({
  commands: z.record(z.string(), Command).default({}),
  docker: z.looseObject({ registries: z.record(z.string(), Registry).default({}) }).optional(),
});

/**
 * Writes the configuration of the host, `roombridge.json` in the data directory, and answers its path: the operator's
 * file if there is one, its relative paths made absolute, and the command of the demo deployment unless that file
 * defines it.
 * @throws Error when the operator's file cannot be read or is not a JSON object.
 */
export function writeHostConfig(dataDir: string, operatorFile: string | undefined): string {
  const operator = operatorFile === undefined ? { commands: {} } : readConfig(operatorFile);
  const demo = { argv: [process.execPath, mainOf("examples/echo-room")], cwd: REPOSITORY_ROOT };
  const commands = { [DEMO_COMMAND]: demo, ...operator.commands };
  const file = join(dataDir, "roombridge.json");
  writePrivate(file, `${JSON.stringify({ ...operator, commands }, undefined, 2)}\n`);
  return file;
}

function readConfig(file: string): z.output<typeof OperatorConfig> {
  try {
    const config = OperatorConfig.parse(JSON.parse(readFileSync(file, "utf8")));
    const directory = dirname(file);
    for (const command of Object.values(config.commands)) {
      if (!("image" in command)) command.cwd = resolve(directory, command.cwd ?? ".");
    }
    for (const registry of Object.values(config.docker?.registries ?? {})) {
      if (registry.passwordFile !== undefined) registry.passwordFile = resolve(directory, registry.passwordFile);
    }
    return config;
  } catch (error) {
    if (error instanceof Error && "code" in error)
      throw new Error(`ROOMBRIDGE_CONFIG: ${error.message}`, { cause: error });
    throw new Error(`ROOMBRIDGE_CONFIG: ${file} must be a JSON object, with "commands" as an object of objects`, {
      cause: error,
    });
  }
}
