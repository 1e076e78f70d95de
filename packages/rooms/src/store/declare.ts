import type { AuthConfiguration } from "@roombridge/models/api";
import { applications, builds, deployments, organizations, orgTokens } from "@roombridge/models/db";
import { and, eq, isNotNull, sql as raw } from "drizzle-orm";
import type { Database } from "./database.ts";
import { insertDeployment, lockNewestDeployment, type DeploymentSettings } from "./insert-deployment.ts";
import { withoutParameters } from "./without-parameters.ts";

/** Idempotent: an organisation that exists keeps its name. */
export async function declareOrganization(
  { orm }: Database,
  organization: { orgId: string; name: string },
): Promise<void> {
  await withoutParameters(() => orm.insert(organizations).values(organization).onConflictDoNothing());
}

/**
 * Idempotent by the token itself; a token that was revoked stays revoked, and one that exists keeps its name and scopes.
 * Throws when another organisation has it.
 */
export async function declareToken(
  { orm }: Database,
  token: {
    orgTokenId: string;
    orgId: string;
    name: string;
    tokenHash: Uint8Array;
    scopes?: string[] | null;
    createdBy?: string;
    lastFour?: string;
  },
): Promise<void> {
  await withoutParameters(async () => {
    await orm.insert(orgTokens).values(token).onConflictDoNothing();
    const [row] = await orm
      .select({ orgId: orgTokens.orgId })
      .from(orgTokens)
      .where(eq(orgTokens.tokenHash, token.tokenHash));
    if (row?.orgId !== token.orgId) throw new Error("this token belongs to another organisation");
  });
}

/**
 * Idempotent: an application that exists keeps its name, its secret and its logins, and one that was deleted is there again
 * under this name. Throws when another organisation has the appId.
 */
export async function declareApplication(
  { orm }: Database,
  application: {
    appId: string;
    orgId: string;
    appName: string;
    appSecret: string;
    authConfiguration?: AuthConfiguration;
  },
): Promise<void> {
  await withoutParameters(async () => {
    await orm.insert(applications).values(application).onConflictDoNothing({ target: applications.appId });
    const [row] = await orm
      .select({ orgId: applications.orgId })
      .from(applications)
      .where(eq(applications.appId, application.appId));
    if (row?.orgId !== application.orgId)
      throw new Error(`application ${application.appId} belongs to another organisation`);
    await orm
      .update(applications)
      .set({ deletedAt: null, deletedBy: null, appName: application.appName })
      .where(and(eq(applications.appId, application.appId), isNotNull(applications.deletedAt)));
  });
}

/** Idempotent; a build that was deleted is there again. */
export async function declareBuild(
  { orm }: Database,
  build: { buildId: string; orgId: string; buildTag?: string; command?: string; image?: string },
): Promise<void> {
  const { command = null, image = null, buildTag = null } = build;
  const set = { command, image, buildTag, status: "succeeded", deletedAt: null, deletedBy: null } as const;
  await withoutParameters(() => orm.insert(builds).values(build).onConflictDoUpdate({ target: builds.buildId, set }));
}

/**
 * Makes `settings` the newest deployment of its application under the id `newDeploymentId`, unless the newest one has the
 * same settings already. Answers the id of the newest one. `maxProcesses` and `warmProcesses` alone do not make a new deployment.
 * Throws `no_certificate`, `build_unusable`, `build_not_found`.
 */
export async function declareDeployment(
  { orm }: Database,
  settings: DeploymentSettings,
  newDeploymentId: string,
): Promise<string> {
  return withoutParameters(() =>
    orm.transaction(async (tx) => {
      const newest = await lockNewestDeployment(tx, settings.appId);
      if (newest && compareDeployment(newest, settings) !== "new") {
        const { deploymentId } = newest;
        const { maxProcesses, warmProcesses = 0 } = settings;
        await tx
          .update(deployments)
          .set({ maxProcesses, warmProcesses })
          .where(eq(deployments.deploymentId, deploymentId));
        await tx.execute(raw`select refresh_pool_limits(${settings.appId})`);
        return deploymentId;
      }
      await insertDeployment(tx, settings, newDeploymentId);
      return newDeploymentId;
    }),
  );
}

/** What `declareDeployment` would do: nothing, change how many processes may run, or make another deployment. */
export function compareDeployment(
  newest: typeof deployments.$inferSelect | undefined,
  settings: DeploymentSettings,
): "same" | "limits" | "new" {
  if (!newest || !sameSettings(newest, settings)) return "new";
  const { maxProcesses, warmProcesses = 0 } = settings;
  return newest.maxProcesses === maxProcesses && newest.warmProcesses === warmProcesses ? "same" : "limits";
}

function sameSettings(newest: typeof deployments.$inferSelect, settings: DeploymentSettings): boolean {
  return (
    newest.buildId === settings.buildId &&
    newest.deploymentTag === (settings.deploymentTag ?? null) &&
    newest.containerPort === settings.containerPort &&
    newest.transportType === settings.transportType &&
    newest.roomsPerProcess === settings.roomsPerProcess &&
    newest.requestedCpu === settings.requestedCpu &&
    newest.requestedMemoryMb === settings.requestedMemoryMb &&
    newest.idleTimeoutEnabled === settings.idleTimeoutEnabled &&
    canonical(newest.additionalContainerPorts) === canonical(settings.additionalContainerPorts ?? []) &&
    canonical(newest.env) === canonical(settings.env ?? [])
  );
}

/** JSON with sorted keys: jsonb does not keep their order. */
function canonical(value: readonly object[]): string {
  return JSON.stringify(value.map((entry) => Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))));
}
