import { type ParseArgsConfig, parseArgs } from "node:util";

/** The command line is wrong; the message says what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the options of a command. @throws UsageError for anything it does not know. */
export function readOptions<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
