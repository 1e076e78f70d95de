import { randomUUID } from "node:crypto";
import { createDeployment, expectConsistent, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { afterEach, expect, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { announceHost, claimProcesses, createProcess, createRoom, type HostBeat, runHousekeeping } from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

/**
 * A region with a host for ten processes without a certificate and, where `certified` is not 0, one for so many with one. Of
 * the two deployments the second one, the newest, has TLS ports.
 */
async function region(certified: number, settings: Parameters<typeof createDeployment>[2] = { transportType: "tls" }) {
  const game = await newGame(suite().rooms, { hostCapacity: 10, roomsPerProcess: 1 });
  const { database, application, host: plain } = game;
  await database.sql`update deployments set warm_processes = 0`;
  const announce = (host: HostBeat, terminatesTls: boolean) =>
    announceHost(database, { ...host, control: { url: "http://127.0.0.1:1", secret: "s" }, terminatesTls });
  const host = await registerTestHost(database, { maxProcesses: Math.max(certified, 1) });
  await announce(host, true);
  const tlsDeploymentId = await createDeployment(database, application, { roomsPerProcess: 1, ...settings });
  if (certified === 0) await announce(host, false);
  const claim = async (from: HostBeat, limit = 100) =>
    (await claimProcesses(database, { ...from, limit })).map(({ processId }) => processId);
  return { ...game, plain, certifiedHost: host, plainDeploymentId: game.deploymentId, tlsDeploymentId, claim };
}

test.each([
  ["its default port", { transportType: "tls" }],
  ["another port", { additionalContainerPorts: [{ name: "web", port: 8001, transportType: "tls" }] }],
] as const)("a process that speaks TLS on %s is taken by a host with a certificate only", async (_what, settings) => {
  const given =
    "additionalContainerPorts" in settings
      ? { additionalContainerPorts: [...settings.additionalContainerPorts] }
      : settings;
  const { create, claim, plain, certifiedHost, plainDeploymentId } = await region(5, given);
  const { processId } = await create();
  const other = await create({ deploymentId: plainDeploymentId });
  expect(await claim(plain)).toEqual([other.processId]);
  expect(await claim(certifiedHost)).toEqual([processId]);
});

test("a host with a certificate takes processes without TLS too", async () => {
  const { create, claim, certifiedHost, plainDeploymentId } = await region(5);
  const { processId } = await create({ deploymentId: plainDeploymentId });
  expect(await claim(certifiedHost)).toEqual([processId]);
});

test("what hosts without a certificate could run is no capacity for TLS", async () => {
  const { rooms, application, create, plain, claim, plainDeploymentId } = await region(2);
  await Promise.all([create(), create()]);
  expect(await refused(create())).toMatchObject({ code: "no_capacity", message: `no free slot in ${TEST_REGION}` });
  expect(await refused(createProcess(rooms, application, TEST_REGION))).toMatchObject({ code: "no_capacity" });
  for (let n = 0; n < 10; n += 1) await create({ deploymentId: plainDeploymentId });
  expect(await claim(plain)).toHaveLength(10);
});

test("what nobody has taken yet may fill the hosts with a certificate, so it counts against them", async () => {
  const { create, claim, plain, plainDeploymentId } = await region(1);
  await create({ deploymentId: plainDeploymentId });
  expect(await refused(create())).toMatchObject({ code: "no_capacity", retryAfterSeconds: 5 });
  await claim(plain);
  await create();
});

test("where no living host has a certificate there is none for TLS, and nothing is started in vain", async () => {
  const { rooms, database, application, appId, create, plainDeploymentId, tlsDeploymentId } = await region(0);
  const message = `no live process host in ${TEST_REGION}`;
  expect(await refused(create())).toMatchObject({ code: "no_capacity", message });
  expect(await refused(createProcess(rooms, application, TEST_REGION))).toMatchObject({ message });
  await create({ deploymentId: plainDeploymentId });
  await database.sql`update deployments set warm_processes = 2 where deployment_id = ${tlsDeploymentId}`;
  await runHousekeeping(database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 });
  const started = await database.sql`
    select 1 from processes where app_id = ${appId} and deployment_id = ${tlsDeploymentId}`;
  expect([...started]).toEqual([]);
});

test("no more are started ahead than hosts with a certificate can hold", async () => {
  const { database, appId, tlsDeploymentId, claim, certifiedHost, plain } = await region(2);
  await database.sql`update deployments set warm_processes = 5 where deployment_id = ${tlsDeploymentId}`;
  await database.sql`update hosts set regions = array['Tokyo']`;
  for (let round = 0; round < 2; round += 1) {
    await runHousekeeping(database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 });
    const [started] = await database.sql<{ n: number }[]>`
      select count(*)::integer as n from processes where app_id = ${appId}`;
    expect(started?.n).toBe(2);
  }
  expect(await claim({ ...plain, regions: ["Tokyo"] })).toEqual([]);
  expect(await claim({ ...certifiedHost, regions: ["Tokyo"] })).toHaveLength(2);
});

test("rooms do not gather on a TLS process that nobody can take any more", async () => {
  const { rooms, database, application, create, certifiedHost } = await region(1, {
    transportType: "tls",
    roomsPerProcess: 2,
  });
  await create();
  await database.sql`update hosts set beat_at = '-infinity' where host_id = ${certifiedHost.hostId}`;
  expect(await refused(createRoom(rooms, { application, region: TEST_REGION, roomId: randomUUID() }))).toMatchObject({
    code: "no_capacity",
  });
});
