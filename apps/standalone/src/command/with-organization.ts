import { declareOrganization, findOrganization, openDatabase, type Database } from "@roombridge/rooms";
import { ORGANIZATION } from "../demo.ts";
import type { CommandEnv } from "../env.ts";
import { databaseUrlOf } from "./database-url.ts";

/** Of every command that is about one organisation. */
export const ORG_OPTION = { org: { type: "string", default: ORGANIZATION.orgId } } as const;

/** Whoever reaches the database may do everything, and needs no token for it. */
export interface Operator {
  readonly orgId: string;
  readonly orgTokenId: "operator";
  readonly scopes: null;
}

/** @throws Error when there is no such organisation; that of `npm start` may be missing still. */
export async function withOrganization(
  env: CommandEnv,
  orgId: string,
  work: (database: Database, operator: Operator) => Promise<void>,
): Promise<void> {
  await withDatabase(env, async (database) => {
    if (orgId !== ORGANIZATION.orgId && !(await findOrganization(database, orgId)))
      throw new Error(`no organisation ${orgId}`);
    await work(database, { orgId, orgTokenId: "operator", scopes: null });
  });
}

/** As `withOrganization`, for what is to be created: that of `npm start` is then created too, when it is missing. */
export async function inOrganization(...[env, orgId, work]: Parameters<typeof withOrganization>): Promise<void> {
  await withOrganization(env, orgId, async (database, operator) => {
    if (orgId === ORGANIZATION.orgId) await declareOrganization(database, ORGANIZATION);
    await work(database, operator);
  });
}

/** One connection, closed at the end. */
export async function withDatabase(env: CommandEnv, work: (database: Database) => Promise<void>): Promise<void> {
  const database = openDatabase({ url: databaseUrlOf(env), applicationName: "roombridge", maxConnections: 1 });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}
