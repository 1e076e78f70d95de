import { declareOrganization, listOrganizations, newUuid } from "@roombridge/rooms";
import { isStorable } from "@roombridge/models/api";
import type { CommandEnv } from "../env.ts";
import { readOptions, UsageError } from "./usage-error.ts";
import { withDatabase } from "./with-organization.ts";

type Write = (line: string) => void;

const LONGEST_NAME = 100;

/** `roombridge org create`: prints the orgId of a new organisation, alone on its line. It has no token yet. */
export async function orgCreate(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { name = "" } = readOptions(args, { name: { type: "string" } });
  if (name === "" || name.length > LONGEST_NAME || !isStorable(name))
    throw new UsageError(`--name must be 1 to ${LONGEST_NAME} characters`);
  const orgId = `org-${newUuid()}`;
  await withDatabase(env, (database) => declareOrganization(database, { orgId, name }));
  write(orgId);
}

/** `roombridge org list`: one line for each, with how many applications and tokens it has. */
export async function orgList(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  readOptions(args, {});
  await withDatabase(env, async (database) => {
    for (const { orgId, name, createdAt, applications, tokens } of await listOrganizations(database)) {
      const has = `${applications} applications\t${tokens} tokens`;
      write([orgId, createdAt.toISOString(), has, JSON.stringify(name)].join("\t"));
    }
  });
}
