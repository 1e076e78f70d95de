import { migrate, openDatabase } from "@roombridge/rooms";
import { declareAccess } from "../demo.ts";
import type { CommandEnv } from "../env.ts";
import { newAppSecret } from "../secrets.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions } from "./usage-error.ts";

/** `roombridge migrate`: safe to repeat and to run twice at once. */
export async function migrateCommand(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  readOptions(args, {});
  const url = databaseUrlOf(env);
  await migrate(url);
  write("the database schema is up to date");
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
