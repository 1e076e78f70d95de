import {
  declareApplication,
  declareBuild,
  declareDeployment,
  declareOrganization,
  declareToken,
  hashToken,
  newUuid,
  type Database,
} from "@roombridge/rooms";

/** Constant, so that two data directories on one database mean the same organisation and build. */
export const ORGANIZATION = { orgId: "org-6d2fa8a1-2f0b-4d53-9f5c-6f6f1f0d8d1e", name: "Roombridge" };
const BUILD_ID = "bld-0f3c8a52-7f66-4a7e-b0a5-0d9b8a5c2e41";

/** The command of the demo deployment in the host's configuration. */
export const DEMO_COMMAND = "echo-room";

type Logins = NonNullable<Parameters<typeof declareApplication>[1]["authConfiguration"]>;

/** How players log in to the demo application, unless somebody has decided otherwise. */
export const DEMO_LOGINS: Logins = { anonymous: {}, nickname: {} };

/** Creates the organisation and, in it, the token and the application that are given; whatever exists stays as it is. */
export async function declareAccess(
  database: Database,
  access: {
    readonly token?: string | undefined;
    readonly application?:
      | { readonly appId: string; readonly appSecret: string; readonly authConfiguration?: Logins }
      | undefined;
  },
): Promise<void> {
  const { orgId } = ORGANIZATION;
  await declareOrganization(database, ORGANIZATION);
  if (access.token !== undefined) {
    const tokenHash = hashToken(access.token);
    await declareToken(database, { orgTokenId: `org-token-${newUuid()}`, orgId, name: "development", tokenHash });
  }
  if (access.application !== undefined) {
    const { appId } = access.application;
    await declareApplication(database, { ...access.application, orgId, appName: `demo-${appId}` });
  }
}

/** Makes `examples/echo-room` the application's newest deployment. */
export async function declareDemoDeployment(database: Database, appId: string): Promise<void> {
  await declareBuild(database, {
    buildId: BUILD_ID,
    orgId: ORGANIZATION.orgId,
    buildTag: "demo",
    command: DEMO_COMMAND,
  });
  await declareDeployment(
    database,
    {
      appId,
      buildId: BUILD_ID,
      deploymentTag: "demo",
      containerPort: 8000,
      transportType: "tcp",
      additionalContainerPorts: [{ name: "udp", port: 8001, transportType: "udp" }],
      roomsPerProcess: 100,
      maxProcesses: 16,
      requestedCpu: 0.5,
      requestedMemoryMb: 512,
      idleTimeoutEnabled: true,
    },
    `dep-${newUuid()}`,
  );
}
