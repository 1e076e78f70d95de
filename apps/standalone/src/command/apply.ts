import { readOperatorFile } from "@roombridge/service";
import { applyFile } from "../apply/apply-file.ts";
import type { CommandEnv } from "../env.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions, UsageError } from "./usage-error.ts";

/**
 * `roombridge apply`: makes the database say what the operator's file says, or tells what that would change. Rejects when
 * something could not be done yet.
 */
export async function applyCommand(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  const { "dry-run": dryRun } = readOptions(args, { "dry-run": { type: "boolean", default: false } });
  const { ROOMBRIDGE_CONFIG: file } = env;
  if (file === undefined) throw new UsageError("set ROOMBRIDGE_CONFIG to the operator's file");
  const { changes, unnamed, open } = await applyFile(readOperatorFile(file), {
    databaseUrl: databaseUrlOf(env),
    file,
    dryRun,
  });
  for (const change of changes) write(dryRun ? `would be: ${change}` : change);
  if (changes.length === 0 && open.length === 0) write("nothing to change");
  for (const other of unnamed) write(`not in the file, and stays: ${other}`);
  if (open.length > 0) throw new Error(`not everything of ${file} is applied:\n${open.join("\n")}`);
}
