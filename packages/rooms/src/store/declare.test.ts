import { createDeployment, createTenant, registerTestHost } from "@roombridge/testing";
import { expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import {
  announceHost,
  declareApplication,
  declareDeployment,
  declareToken,
  hashToken,
  type DeploymentSettings,
} from "../index.ts";

const suite = useRooms();

test("declaring the same deployment again keeps it; a change makes a new one", async () => {
  const { database } = suite().rooms;
  const { application } = await createTenant(database);
  await createDeployment(database, application);
  const [build] = await database.sql<
    { buildId: string }[]
  >`select build_id as "buildId" from builds where org_id = ${application.orgId}`;
  const settings: DeploymentSettings = {
    appId: application.appId,
    buildId: build?.buildId ?? "",
    containerPort: 7777,
    transportType: "udp",
    roomsPerProcess: 3,
    maxProcesses: 5,
    requestedCpu: 0.5,
    requestedMemoryMb: 64,
    idleTimeoutEnabled: false,
    env: [
      { name: "B", value: "2" },
      { name: "A", value: "1" },
    ],
    additionalContainerPorts: [{ name: "debug", port: 9000, transportType: "tcp" }],
  };
  expect(await declareDeployment(database, settings, "dep-1")).toBe("dep-1");
  expect(await declareDeployment(database, { ...settings }, "dep-2")).toBe("dep-1");
  expect(await declareDeployment(database, { ...settings, maxProcesses: 6 }, "dep-3")).toBe("dep-1");
  expect(await declareDeployment(database, { ...settings, warmProcesses: 2 }, "dep-3")).toBe("dep-1");
  expect(await declareDeployment(database, { ...settings, roomsPerProcess: 4 }, "dep-4")).toBe("dep-4");
});

test("a deployment with a TLS port needs a host with a certificate, and says so", async () => {
  const { database } = suite().rooms;
  const { application } = await createTenant(database);
  const main = { transportType: "tls" } as const;
  const other = { additionalContainerPorts: [{ name: "web", port: 9000, transportType: "tls" as const }] };
  const refusal = {
    code: "no_certificate",
    message:
      "transportType tls needs a process host with a certificate: set its HOST_TLS_CERT_FILE and HOST_TLS_KEY_FILE",
  };
  const host = await registerTestHost(database);
  const control = { url: "http://127.0.0.1:1", secret: "s" };
  await announceHost(database, { ...host, control, terminatesTls: false });
  for (const settings of [main, other]) {
    await expect(createDeployment(database, application, settings)).rejects.toMatchObject(refusal);
  }
  await announceHost(database, { ...host, control, terminatesTls: true });
  for (const settings of [main, other]) await createDeployment(database, application, settings);
});

test("an application and a token of another organisation cannot be taken over", async () => {
  const { database } = suite().rooms;
  const [mine, theirs] = [await createTenant(database), await createTenant(database)];
  const { appId } = theirs.application;
  const { orgId } = mine.application;
  await expect(declareApplication(database, { appId, orgId, appName: "x", appSecret: "s" })).rejects.toThrow(appId);
  const stolen = { orgTokenId: "org-token-stolen", orgId, name: "x", tokenHash: hashToken(theirs.token) };
  await expect(declareToken(database, stolen)).rejects.toThrow("another organisation");
});

test("an error of the database tells no secret that was to be stored", async () => {
  const { database } = suite().rooms;
  const application = { appId: "app-x", orgId: "org-unknown", appName: "x", appSecret: "do-not-tell" };
  const tokenHash = hashToken("whatever");
  const token = { orgTokenId: "org-token-x", orgId: "org-unknown", name: "x", tokenHash };
  for (const refused of [declareApplication(database, application), declareToken(database, token)]) {
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "23503" });
    expect(String(error)).not.toMatch(/do-not-tell|params/);
  }
});
