import { applications, builds, deployments, hosts } from "@roombridge/models/db";
import { and, desc, eq, isNull, sql as raw } from "drizzle-orm";
import { buildNotFound, RoomError } from "../errors.ts";
import type { Database } from "./database.ts";
import { withoutParameters } from "./without-parameters.ts";

type NewDeployment = typeof deployments.$inferInsert;
type Transaction = Parameters<Parameters<Database["orm"]["transaction"]>[0]>[0];
/** What makes two deployments the same; ids, times and who made them do not. */
export type DeploymentSettings = Omit<NewDeployment, "deploymentId" | "sequence" | "createdAt" | "deletedAt">;

/** The newest deployment of an application, which stays that until the transaction ends. */
export async function lockNewestDeployment(
  tx: Transaction,
  appId: string,
): Promise<typeof deployments.$inferSelect | undefined> {
  await tx.execute(raw`select pg_advisory_xact_lock(4, hashtext(${appId}))`);
  const [newest] = await tx
    .select()
    .from(deployments)
    .where(and(eq(deployments.appId, appId), isNull(deployments.deletedAt)))
    .orderBy(desc(deployments.sequence))
    .limit(1);
  return newest;
}

/**
 * Inserts a deployment; the caller holds the lock of `lockNewestDeployment`. Throws `build_not_found` when the application's
 * organisation has no such build, `build_unusable`, `no_certificate`, and `app_not_found` for an application that is deleted.
 */
export async function insertDeployment(
  tx: Transaction,
  settings: DeploymentSettings,
  deploymentId: string,
): Promise<void> {
  await checkBuild(tx, settings);
  await checkTransport(tx, settings);
  await tx.insert(deployments).values({ ...settings, deploymentId });
}

/** As `insertDeployment`, in a transaction of its own; the limits of processes are those of the deployment before it, if there is one. */
export async function insertNewestDeployment(
  { orm }: Database,
  settings: DeploymentSettings,
  deploymentId: string,
): Promise<void> {
  await withoutParameters(() =>
    orm.transaction(async (tx) => {
      const { maxProcesses, warmProcesses } = (await lockNewestDeployment(tx, settings.appId)) ?? settings;
      await insertDeployment(tx, { ...settings, maxProcesses, warmProcesses }, deploymentId);
    }),
  );
}

/** Both rows are locked: neither can be deleted before the deployment is there. */
async function checkBuild(tx: Transaction, { appId, buildId }: DeploymentSettings): Promise<void> {
  const [application] = await tx
    .select({ orgId: applications.orgId })
    .from(applications)
    .where(and(eq(applications.appId, appId), isNull(applications.deletedAt)))
    .for("share");
  if (!application) throw new RoomError("app_not_found", `no application ${appId}`);
  const [build] = await tx
    .select({ status: builds.status, deletedAt: builds.deletedAt })
    .from(builds)
    .where(and(eq(builds.buildId, buildId), eq(builds.orgId, application.orgId)))
    .for("share");
  if (!build) throw buildNotFound(buildId);
  if (build.deletedAt) throw new RoomError("build_unusable", `build ${buildId} was deleted`);
  if (build.status !== "succeeded") {
    throw new RoomError("build_unusable", `build ${buildId} has no image yet: run it first`);
  }
}

/** TLS ports need a host that terminates them; one that is away for now will do. Throws `no_certificate`. */
async function checkTransport(
  tx: Transaction,
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
