import { applications, deployments, orgTokens } from "@roombridge/models/db";
import { and, desc, eq, inArray, isNull, or } from "drizzle-orm";
import type { Database } from "./database.ts";
import { withoutParameters } from "./without-parameters.ts";

/** Any constant that no other lock has: those of migrations and of housekeeping are near. */
const DECLARATIONS_LOCK = 7_301_010;

export type DeclaredApplicationRow = typeof applications.$inferSelect & {
  /** The newest one. */
  readonly deployment: typeof deployments.$inferSelect | undefined;
};
export type DeclaredTokenRow = typeof orgTokens.$inferSelect;

/** What there is of what an operator may declare. It holds secrets: not for logs. */
export interface Declared {
  /** Of the organisation, and those of others that have one of the ids; deleted ones too. */
  readonly applications: readonly DeclaredApplicationRow[];
  /** Of the organisation, and those of others that are one of the tokens; revoked ones too. */
  readonly tokens: readonly DeclaredTokenRow[];
}

/** Waits until nobody else declares; the lock ends with the connection, of which the database must have just one. */
export async function lockDeclarations({ sql }: Database): Promise<void> {
  await sql`select pg_advisory_lock(${DECLARATIONS_LOCK})`;
}

export async function findDeclared(
  { orm }: Database,
  { orgId, appIds, tokenHashes }: { orgId: string; appIds: string[]; tokenHashes: Uint8Array[] },
): Promise<Declared> {
  return withoutParameters(async () => {
    const found = await orm
      .select()
      .from(applications)
      .where(or(eq(applications.orgId, orgId), inArray(applications.appId, appIds)))
      .orderBy(applications.appId);
    const newest = await orm
      .selectDistinctOn([deployments.appId])
      .from(deployments)
      .where(
        and(
          inArray(
            deployments.appId,
            found.map(({ appId }) => appId),
          ),
          isNull(deployments.deletedAt),
        ),
      )
      .orderBy(deployments.appId, desc(deployments.sequence));
    const tokens = await orm
      .select()
      .from(orgTokens)
      .where(or(eq(orgTokens.orgId, orgId), inArray(orgTokens.tokenHash, tokenHashes)))
      .orderBy(orgTokens.createdAt, orgTokens.orgTokenId);
    return {
      applications: found.map((application) => ({
        ...application,
        deployment: newest.find(({ appId }) => appId === application.appId),
      })),
      tokens,
    };
  });
}
