import { OrgTokenName, Scope, SCOPES } from "@roombridge/models/api";
import { createOrgToken, listOrgTokens, revokeOrgToken } from "@roombridge/rooms";
import type { CommandEnv } from "../env.ts";
import { readOptions, UsageError } from "./usage-error.ts";
import { inOrganization, ORG_OPTION, withOrganization } from "./with-organization.ts";

type Write = (line: string) => void;

/** `roombridge token create`: prints the new token, alone on its line; nothing else ever shows it. */
export async function tokenCreate(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const options = readOptions(args, {
    ...ORG_OPTION,
    name: { type: "string" },
    scopes: { type: "string", default: "admin" },
  });
  const name = OrgTokenName.safeParse(options.name);
  if (!name.success) throw new UsageError("--name must be 1 to 100 characters");
  const scopes = options.scopes === "admin" ? null : options.scopes.split(",").map(toScope);
  await inOrganization(env, options.org, async (database, operator) => {
    const { token } = await createOrgToken({ database }, operator, { name: name.data, scopes });
    write(token);
  });
}

/** `roombridge token list`: one line for each, without what opens anything. */
export async function tokenList(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { org } = readOptions(args, ORG_OPTION);
  await withOrganization(env, org, async (database, { orgId }) => {
    for (const token of await listOrgTokens({ database }, orgId)) {
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
  const { id, org } = readOptions(args, { ...ORG_OPTION, id: { type: "string" } });
  if (id === undefined) throw new UsageError("--id is missing: the first word of a line of `token list`");
  await withOrganization(env, org, (database, { orgId }) => revokeOrgToken({ database }, orgId, id));
  write(`${id} is revoked`);
}

function toScope(word: string): Scope {
  const scope = Scope.safeParse(word.trim());
  if (scope.success) return scope.data;
  throw new UsageError(`--scopes must be admin, or some of ${SCOPES.join(", ")}, separated by commas`);
}
