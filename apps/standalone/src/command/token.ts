import { OrgTokenName, Scope, SCOPES } from "@roombridge/models/api";
import {
  createOrgToken,
  declareOrganization,
  listOrgTokens,
  openDatabase,
  revokeOrgToken,
  type Database,
} from "@roombridge/rooms";
import { ORGANIZATION } from "../demo.ts";
import type { CommandEnv } from "../env.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions, UsageError } from "./usage-error.ts";

type Write = (line: string) => void;

/** Whoever reaches the database may do everything, and needs no token for it. */
const OPERATOR = { orgId: ORGANIZATION.orgId, orgTokenId: "operator", scopes: null };

/** `roombridge token create`: prints the new token, alone on its line; nothing else ever shows it. */
export async function tokenCreate(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const options = readOptions(args, { name: { type: "string" }, scopes: { type: "string", default: "admin" } });
  const name = OrgTokenName.safeParse(options.name);
  if (!name.success) throw new UsageError("--name must be 1 to 100 characters");
  const scopes = options.scopes === "admin" ? null : options.scopes.split(",").map(toScope);
  await withDatabase(env, async (database) => {
    await declareOrganization(database, ORGANIZATION);
    const { token } = await createOrgToken({ database }, OPERATOR, { name: name.data, scopes });
    write(token);
  });
}

/** `roombridge token list`: one line for each, without what opens anything. */
export async function tokenList(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  readOptions(args, {});
  await withDatabase(env, async (database) => {
    for (const token of await listOrgTokens({ database }, ORGANIZATION.orgId)) {
      const { orgTokenId, name, scopes, lastFour, createdAt, revokedAt } = token;
      const state = revokedAt === null ? "active" : `revoked ${revokedAt.toISOString()}`;
      const end = lastFour === "" ? "" : `…${lastFour}`;
      const reach = scopes === null ? "admin" : scopes.join(",");
      write([orgTokenId, createdAt.toISOString(), state, reach, end, JSON.stringify(name)].join("\t"));
    }
  });
}

/** `roombridge token revoke`: within five seconds nothing accepts the token any more. */
export async function tokenRevoke(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { id } = readOptions(args, { id: { type: "string" } });
  if (id === undefined) throw new UsageError("--id is missing: the first word of a line of `token list`");
  await withDatabase(env, (database) => revokeOrgToken({ database }, ORGANIZATION.orgId, id));
  write(`${id} is revoked`);
}

function toScope(word: string): Scope {
  const scope = Scope.safeParse(word.trim());
  if (scope.success) return scope.data;
  throw new UsageError(`--scopes must be admin, or some of ${SCOPES.join(", ")}, separated by commas`);
}

async function withDatabase(env: CommandEnv, work: (database: Database) => Promise<void>): Promise<void> {
  const database = openDatabase({
    url: databaseUrlOf(env),
    applicationName: "roombridge token",
    maxConnections: 1,
  });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}
