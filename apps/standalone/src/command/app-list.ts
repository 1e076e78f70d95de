import { findDeclared, openDatabase } from "@roombridge/rooms";
import { ORGANIZATION } from "../demo.ts";
import type { CommandEnv } from "../env.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions } from "./usage-error.ts";

/** `roombridge app list`: one line for each application that is not deleted, with its newest deployment. */
export async function appList(args: readonly string[], env: CommandEnv, write: (line: string) => void): Promise<void> {
  readOptions(args, {});
  const { orgId } = ORGANIZATION;
  const database = openDatabase({ url: databaseUrlOf(env), applicationName: "roombridge app", maxConnections: 1 });
  try {
    const { applications } = await findDeclared(database, { orgId, appIds: [], tokenHashes: [] });
    for (const { appId, appName, createdAt, deletedAt, deployment } of applications) {
      if (deletedAt === null)
        write([appId, createdAt.toISOString(), appName, deployment?.deploymentId ?? "no deployment"].join("\t"));
    }
  } finally {
    await database.close();
  }
}
