import { applications, builds, deployments, hosts, organizations, orgTokens, pools } from "@roombridge/models/db";
import { and, desc, DrizzleQueryError, eq, isNull, sql as raw } from "drizzle-orm";
import { RoomError } from "../errors.ts";
import type { Database } from "./database.ts";

type NewDeployment = typeof deployments.$inferInsert;
/** What makes two deployments the same; ids and times do not. */
export type DeploymentSettings = Omit<NewDeployment, "deploymentId" | "sequence" | "createdAt" | "deletedAt">;

/** Idempotent: an organisation that exists keeps its name. */
export async function declareOrganization(
  { orm }: Database,
  organization: { orgId: string; name: string },
): Promise<void> {
  await withoutParameters(() => orm.insert(organizations).values(organization).onConflictDoNothing());
}

/** Idempotent by the token itself; a token that was revoked stays revoked. Throws when another organisation has it. */
export async function declareToken(
  { orm }: Database,
  token: { orgTokenId: string; orgId: string; name: string; tokenHash: Uint8Array; scopes?: string[] | null },
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

/** Idempotent: an application that exists keeps its secret. Throws when another organisation has the appId. */
export async function declareApplication(
  { orm }: Database,
  application: { appId: string; orgId: string; appName: string; appSecret: string },
): Promise<void> {
  await withoutParameters(async () => {
    await orm.insert(applications).values(application).onConflictDoNothing({ target: applications.appId });
    const [row] = await orm
      .select({ orgId: applications.orgId })
      .from(applications)
      .where(eq(applications.appId, application.appId));
    if (row?.orgId !== application.orgId)
      throw new Error(`application ${application.appId} belongs to another organisation`);
  });
}

export async function declareBuild(
  { orm }: Database,
  build: { buildId: string; orgId: string; buildTag?: string; command?: string },
): Promise<void> {
  const { command = null, buildTag = null } = build;
  await withoutParameters(() =>
    orm.insert(builds).values(build).onConflictDoUpdate({ target: builds.buildId, set: { command, buildTag } }),
  );
}

/**
 * Makes `settings` the newest deployment of its application under the id `newDeploymentId`, unless the newest one has the
 * same settings already. Answers the id of the newest one. `maxProcesses` and `warmProcesses` alone do not make a new deployment.
 * Throws `no_certificate`.
 */
export async function declareDeployment(
  { orm }: Database,
  settings: DeploymentSettings,
  newDeploymentId: string,
): Promise<string> {
  return withoutParameters(() =>
    orm.transaction(async (tx) => {
      await tx.execute(raw`select pg_advisory_xact_lock(4, hashtext(${settings.appId}))`);
      const [newest] = await tx
        .select()
        .from(deployments)
        .where(and(eq(deployments.appId, settings.appId), isNull(deployments.deletedAt)))
        .orderBy(desc(deployments.sequence))
        .limit(1);
      if (newest && sameSettings(newest, settings)) {
        const { deploymentId } = newest;
        const { maxProcesses, warmProcesses = 0 } = settings;
        await tx
          .update(deployments)
          .set({ maxProcesses, warmProcesses })
          .where(eq(deployments.deploymentId, deploymentId));
        await tx.update(pools).set({ maxProcesses }).where(eq(pools.deploymentId, deploymentId));
        return deploymentId;
      }
      await checkTransport(tx, settings);
      await tx.insert(deployments).values({ ...settings, deploymentId: newDeploymentId });
      return newDeploymentId;
    }),
  );
}

/** TLS ports need a host that terminates them; one that is away for now will do. Throws `no_certificate`. */
async function checkTransport(
  tx: Pick<Database["orm"], "select">,
  { transportType, additionalContainerPorts = [] }: DeploymentSettings,
): Promise<void> {
  const transports = [transportType, ...additionalContainerPorts.map((port) => port.transportType)];
  if (!transports.includes("tls")) return;
  const [host] = await tx.select({ hostId: hosts.hostId }).from(hosts).where(eq(hosts.terminatesTls, true)).limit(1);
  if (host) return;
  throw new RoomError(
    "no_certificate",
    "transportType tls needs a process host with a certificate: set its HOST_TLS_CERT_FILE and HOST_TLS_KEY_FILE",
  );
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

/** The database's own error in place of drizzle's, whose message holds every parameter: app secrets, token hashes, env. */
async function withoutParameters<Result>(statements: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await statements();
  } catch (error) {
    throw error instanceof DrizzleQueryError ? error.cause : error;
  }
}

/** JSON with sorted keys: jsonb does not keep their order. */
function canonical(value: readonly object[]): string {
  return JSON.stringify(value.map((entry) => Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))));
}
