import { migrate, openDatabase } from "@roombridge/rooms";
import { readOperatorFile } from "@roombridge/service";
import { applyFile } from "../apply/apply-file.ts";
import { declareAccess } from "../demo.ts";
import type { CommandEnv } from "../env.ts";
import { newAppSecret } from "../secrets.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions } from "./usage-error.ts";

/**
 * `roombridge migrate`: safe to repeat and to run twice at once. What of the operator's file cannot be done before a host has
 * started is told, and left to `roombridge apply`.
 */
export async function migrateCommand(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  readOptions(args, {});
  const url = databaseUrlOf(env);
  const { ROOMBRIDGE_CONFIG: file } = env;
  // Its problems are told before anything changes.
  const operator = file === undefined ? undefined : readOperatorFile(file);
  await migrate(url);
  write("the database schema is up to date");
  await createAccess(url, env, write);
  if (file === undefined || operator === undefined) return;
  const { changes, open } = await applyFile(operator, { databaseUrl: url, file });
  for (const line of [...changes, ...open]) write(line);
  write(open.length === 0 ? `${file} is applied` : `${file} is applied but for that: run roombridge apply again`);
}

async function createAccess(url: string, env: CommandEnv, write: (line: string) => void): Promise<void> {
  const { ROOMBRIDGE_DEV_TOKEN: token, ROOMBRIDGE_APP_ID: appId } = env;
  if (token === undefined && appId === undefined) return;
  const database = openDatabase({ url, applicationName: "roombridge migrate", maxConnections: 1 });
  try {
    const application = appId === undefined ? undefined : { appId, appSecret: newAppSecret() };
    await declareAccess(database, { token, application });
  } finally {
    await database.close();
  }
  if (token !== undefined) write("the token ROOMBRIDGE_DEV_TOKEN is valid");
  if (appId !== undefined) write(`application ${appId} exists`);
}
