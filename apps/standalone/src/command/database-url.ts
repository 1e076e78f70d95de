import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandEnv } from "../env.ts";

/**
 * `DATABASE_DIRECT_URL` (session locks do not work behind every pooler), `DATABASE_URL`, else what `npm start` wrote into its data directory.
 * @throws Error when there is neither.
 */
export function databaseUrlOf(env: CommandEnv): string {
  const given = env.DATABASE_DIRECT_URL ?? env.DATABASE_URL;
  if (given !== undefined) return given;
  const file = join(env.ROOMBRIDGE_DATA_DIR, "database-url");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new Error(`set DATABASE_URL, or run npm start first: there is no ${file}`, { cause });
  }
}
