import { applications, orgTokens } from "@roombridge/models/db";
import { eq, sql as raw } from "drizzle-orm";
import type { Database } from "./database.ts";
import { withoutParameters } from "./without-parameters.ts";

type ApplicationRow = typeof applications.$inferSelect;

/** What an operator may change about an application. What is absent stays. */
export type ApplicationChange = Partial<
  Pick<
    ApplicationRow,
    "appName" | "appSecret" | "authConfiguration" | "serviceConfig" | "maxProcesses" | "maxRooms" | "playerIceServers"
  >
>;

/** Changes an application, and with it the limits of its pools. Throws when another one of the organisation has the name. */
export async function changeApplication({ orm }: Database, appId: string, change: ApplicationChange): Promise<void> {
  await withoutParameters(() =>
    orm.transaction(async (tx) => {
      await tx.update(applications).set(change).where(eq(applications.appId, appId));
      if (change.serviceConfig !== undefined) await tx.execute(raw`select refresh_pool_limits(${appId})`);
    }),
  );
}

/** Changes what a token is called and may do, or revokes it. */
export async function changeToken(
  { orm }: Database,
  orgTokenId: string,
  change: { readonly name?: string; readonly scopes?: string[] | null; readonly isRevoked?: true },
): Promise<void> {
  const { isRevoked, ...set } = change;
  const revokedAt = isRevoked ? { revokedAt: raw`coalesce(revoked_at, clock_timestamp())` } : {};
  await withoutParameters(() =>
    orm
      .update(orgTokens)
      .set({ ...set, ...revokedAt })
      .where(eq(orgTokens.orgTokenId, orgTokenId)),
  );
}
