import { CreateAppConfig } from "@roombridge/models/api";
import {
  changeApplication,
  createApplication,
  deleteApplication,
  getApplicationDetails,
  listApplications,
} from "@roombridge/rooms";
import type { CommandEnv } from "../env.ts";
import { newAppSecret } from "../secrets.ts";
import { readOptions, UsageError } from "./usage-error.ts";
import { inOrganization, ORG_OPTION, withOrganization } from "./with-organization.ts";

type Write = (line: string) => void;

const APP_OPTIONS = { ...ORG_OPTION, app: { type: "string" } } as const;

/** `roombridge app create`: prints the appId, alone on its line. Nobody may log in yet, and it has no deployment. */
export async function appCreate(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { org, name } = readOptions(args, { ...ORG_OPTION, name: { type: "string" } });
  const wanted = CreateAppConfig.safeParse({ appName: name, authConfiguration: {} });
  if (!wanted.success) throw new UsageError(`--name: ${wanted.error.issues.map(({ message }) => message).join("; ")}`);
  await inOrganization(env, org, async (database, operator) => {
    write((await createApplication({ database }, operator, wanted.data)).appId);
  });
}

/** `roombridge app list`: one line for each application that is not deleted, with its newest deployment. */
export async function appList(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { org } = readOptions(args, ORG_OPTION);
  await withOrganization(env, org, async (database, operator) => {
    for (const { appId, appName, createdAt, deployment } of await listApplications({ database }, operator)) {
      write([appId, createdAt.toISOString(), appName, deployment?.deploymentId ?? "no deployment"].join("\t"));
    }
  });
}

/** `roombridge app delete`: gateways that have just seen it go on with it for five seconds at most. */
export async function appDelete(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { org, app } = readOptions(args, APP_OPTIONS);
  const appId = required(app);
  await withOrganization(env, org, (database, operator) =>
    deleteApplication({ database, applications: { forget() {} } }, operator, appId),
  );
  write(`${appId} is deleted`);
}

/** `roombridge app rotate-secret`: prints the new secret, alone on its line. */
export async function appRotateSecret(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const { org, app } = readOptions(args, APP_OPTIONS);
  const appId = required(app);
  await withOrganization(env, org, async (database, operator) => {
    await getApplicationDetails({ database }, operator, appId);
    const appSecret = newAppSecret();
    await changeApplication(database, appId, { appSecret });
    write(appSecret);
  });
}

function required(appId: string | undefined): string {
  if (appId === undefined) throw new UsageError("--app is missing: the first word of a line of `app list`");
  return appId;
}
