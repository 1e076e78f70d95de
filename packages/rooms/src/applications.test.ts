import {
  createDeployment,
  createTenant,
  expectConsistent,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import type { ServiceConfig } from "@roombridge/models/api";
import { afterEach, describe, expect, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  createApplication,
  createRoom,
  createWebhook,
  declareApplication,
  deleteApplication,
  endProcess,
  getApplication,
  getApplicationDetails,
  getProcess,
  getRoomInfo,
  listApplications,
  listWebhooks,
  runHousekeeping,
  updateApplication,
  type Principal,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

const principalOf = (orgId: string): Principal => ({ orgId, orgTokenId: "org-token-1", scopes: null });

async function newPrincipal(): Promise<Principal> {
  const { application } = await createTenant(suite().rooms.database);
  return principalOf(application.orgId);
}

const HOUSEKEEPING = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };

describe("an application", () => {
  test("has a secret of its own that nobody can guess, and what it was created with", async () => {
    const { rooms } = suite();
    const principal = await newPrincipal();
    const wanted = { appName: "arena", authConfiguration: { anonymous: {}, google: { clientId: "me" } } };
    const created = await createApplication(rooms, principal, wanted);
    expect(created).toMatchObject({
      ...wanted,
      orgId: principal.orgId,
      createdBy: principal.orgTokenId,
      serviceConfig: null,
      deletedAt: null,
      deletedBy: null,
    });
    expect(created.appId).toMatch(/^app-[0-9a-f-]{36}$/);
    expect(created.appSecret).toMatch(/^secret-[\w-]{43}$/);
    const other = await createApplication(rooms, principal, { ...wanted, appName: "arena-2" });
    expect(other.appSecret).not.toBe(created.appSecret);
    expect(await getApplicationDetails(rooms, principal, created.appId)).toEqual(created);
    expect((await listApplications(rooms, principal)).slice(0, 2)).toEqual([other, created]);
  });

  test("has a name that no other one of its organisation has, until it is deleted", async () => {
    const { rooms } = suite();
    const principal = await newPrincipal();
    const wanted = { appName: "arena", authConfiguration: {} };
    const attempts = await Promise.allSettled([1, 2, 3].map(() => createApplication(rooms, principal, wanted)));
    const [created] = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const taken = { code: "invalid_params", message: "appName: the organisation has another application arena" };
    expect(await refused(createApplication(rooms, principal, wanted))).toMatchObject(taken);
    const other = await createApplication(rooms, principal, { ...wanted, appName: "b" });
    expect(await refused(updateApplication(rooms, principal, other.appId, { appName: "arena" }))).toMatchObject(taken);
    await createApplication(rooms, await newPrincipal(), wanted);
    await deleteApplication(rooms, principal, created?.appId ?? "");
    expect(await updateApplication(rooms, principal, other.appId, { appName: "arena" })).toMatchObject({
      appName: "arena",
    });
  });

  test("keeps what an update leaves out", async () => {
    const { rooms } = suite();
    const principal = await newPrincipal();
    const { appId, appSecret } = await createApplication(rooms, principal, { appName: "a", authConfiguration: {} });
    const serviceConfig: ServiceConfig = {
      staticProcessAllocation: [{ region: "Dallas", minProcesses: 1, targetProcesses: 2, maxProcesses: null }],
    };
    await updateApplication(rooms, principal, appId, { authConfiguration: { nickname: {} } });
    await updateApplication(rooms, principal, appId, { serviceConfig });
    expect(await updateApplication(rooms, principal, appId, {})).toMatchObject({
      appName: "a",
      appSecret,
      authConfiguration: { nickname: {} },
      serviceConfig,
    });
  });

  test("of another organisation is as unknown as one that never was", async () => {
    const { rooms } = suite();
    const { appId } = await createApplication(rooms, await newPrincipal(), { appName: "a", authConfiguration: {} });
    const stranger = await newPrincipal();
    const attempts = [
      () => getApplicationDetails(rooms, stranger, appId),
      () => updateApplication(rooms, stranger, appId, { appName: "mine" }),
      () => deleteApplication(rooms, stranger, appId),
    ];
    for (const attempt of attempts) {
      expect(await refused(attempt())).toMatchObject({ code: "app_not_found", message: `no application ${appId}` });
    }
  });
});

describe("what an application says about its regions", () => {
  /** Processes of one room, with a host that serves two regions. */
  async function arrange(deployment: { readonly warmProcesses?: number; readonly maxProcesses?: number }) {
    const { rooms } = suite();
    const { sql } = rooms.database;
    // Of earlier tests.
    await sql`update deployments set warm_processes = 0`;
    await sql`update applications set service_config = null`;
    const game = await newGame(rooms, { roomsPerProcess: 1, ...deployment });
    await sql`update hosts set regions = ${["Dallas", TEST_REGION]}::text[] where host_id = ${game.host.hostId}`;
    const say = (...staticProcessAllocation: ServiceConfig["staticProcessAllocation"]) =>
      updateApplication(rooms, principalOf(game.application.orgId), game.appId, {
        serviceConfig: { staticProcessAllocation },
      });
    const keep = () => runHousekeeping(rooms.database, HOUSEKEEPING);
    const living = async () => {
      const rows = await sql<{ region: string; count: number }[]>`
        select region, count(*)::integer from processes
         where app_id = ${game.appId} and terminated_at is null and stop_reason is null group by region`;
      return Object.fromEntries(rows.map(({ region, count }) => [region, count]));
    };
    return { ...game, sql, say, keep, living };
  }

  test("decides how many processes are kept warm there; elsewhere the deployment does", async () => {
    const { say, keep, living } = await arrange({ warmProcesses: 1 });
    await say({ region: "Dallas", minProcesses: 1, targetProcesses: 3, maxProcesses: null });
    await keep();
    expect(await living()).toEqual({ Dallas: 3, [TEST_REGION]: 1 });
    await say({ region: "Dallas", minProcesses: 4, maxProcesses: null });
    await keep();
    expect(await living()).toEqual({ Dallas: 4, [TEST_REGION]: 1 });
  });

  test("limits the processes there at once, also in pools that exist and for deployments to come", async () => {
    const { database, application, say, create } = await arrange({ maxProcesses: 5 });
    await create();
    await create({ region: "Dallas" });
    await say({ region: TEST_REGION, minProcesses: 0, targetProcesses: 0, maxProcesses: 1 });
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
    await create({ region: "Dallas" });
    await createDeployment(database, application, { roomsPerProcess: 1, maxProcesses: 7 });
    await create();
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
    await say({ region: TEST_REGION, minProcesses: 0, targetProcesses: 0, maxProcesses: null });
    await create();
  });

  test("lets surplus processes go when they are idle, and no others", async () => {
    const { database, host, sql, appId, say, keep, living } = await arrange({});
    await say({ region: "Dallas", minProcesses: 3, maxProcesses: null });
    await keep();
    await runWaitingProcesses(database, { ...host, regions: ["Dallas"] });
    await sql`update processes set started_at = started_at - interval '301 seconds' where app_id = ${appId}`;
    await keep();
    expect(await living()).toEqual({ Dallas: 3 });
    await say({ region: "Dallas", minProcesses: 1, maxProcesses: null });
    await keep();
    expect(await living()).toEqual({ Dallas: 1 });
  });
});

describe("deleting an application", () => {
  test("destroys its rooms with their credentials, stops its processes, and starts nothing more", async () => {
    const { rooms } = suite();
    const game = await newGame(rooms, { roomsPerProcess: 1, warmProcesses: 1 });
    const { database, application, appId, host, create } = game;
    const principal = principalOf(application.orgId);
    const running = await create();
    await runWaitingProcesses(database, host);
    const starting = await create();
    await getApplication(rooms, principal, appId);
    await deleteApplication(rooms, principal, appId);

    for (const { roomId } of [running, starting]) {
      expect((await getRoomInfo(rooms, appId, roomId)).status).toBe("destroyed");
    }
    expect((await getProcess(rooms, appId, running.processId ?? "")).status).toBe("stopping");
    expect((await getProcess(rooms, appId, starting.processId ?? "")).exitReason).toBe("stopped on request");
    expect(await refused(getApplication(rooms, principal, appId))).toMatchObject({ code: "app_not_found" });
    // Whoever has looked the application up a moment ago, as RoomService has for good, comes too late too.
    for (const needsProcess of [true, false])
      expect(await refused(create({ needsProcess }))).toMatchObject({
        code: "app_not_found",
        message: `no application ${appId}`,
      });
    expect(await refused(deleteApplication(rooms, principal, appId))).toMatchObject({ code: "app_not_found" });
    await runHousekeeping(database, HOUSEKEEPING);
    const [left] = await database.sql`
      select count(*)::integer as count from processes where app_id = ${appId} and terminated_at is null`;
    expect(left).toEqual({ count: 1 });
    await endProcess(database, { processId: running.processId ?? "", reason: "exited", exitCode: 0 });
  });

  test("ends its webhooks, however much they have still to tell, and not those of its neighbours", async () => {
    const { rooms } = suite();
    const { database, application, appId } = await newGame(rooms);
    const principal = principalOf(application.orgId);
    const neighbour = (await createTenant(database, application.orgId)).application;
    const settings = { principal, url: "https://example.net/", types: null };
    const { webhookId } = await createWebhook(rooms, { application, ...settings });
    await createWebhook(rooms, { application: neighbour, ...settings });
    await database.sql`
      insert into webhook_deliveries (webhook_id, xid, id, lane, type, payload, created_at)
      select ${webhookId}, '1', n, 'lane', 'room.updated', '{}', clock_timestamp() from generate_series(1, 12000) n`;
    await deleteApplication(rooms, principal, appId);
    expect(await listWebhooks(rooms, appId)).toEqual([]);
    expect(await listWebhooks(rooms, neighbour.appId)).toHaveLength(1);
    expect(await database.sql`select from webhook_deliveries where webhook_id = ${webhookId}`).toHaveLength(0);
  });

  test("is finished by housekeeping when its gateway has died in between", async () => {
    const { rooms } = suite();
    const { database, application, appId, create } = await newGame(rooms);
    const { roomId } = await create();
    const principal = principalOf(application.orgId);
    await createWebhook(rooms, { application, principal, url: "https://example.net/", types: null });
    await database.sql`select delete_application(${appId}, ${application.orgId}, 'somebody')`;
    expect((await getRoomInfo(rooms, appId, roomId)).status).toBe("active");
    expect(await runHousekeeping(database, HOUSEKEEPING)).toMatchObject({ deletedApplications: 3 });
    expect(await listWebhooks(rooms, appId)).toEqual([]);
    expect((await getRoomInfo(rooms, appId, roomId)).status).toBe("destroyed");
    expect(await runHousekeeping(database, HOUSEKEEPING)).toMatchObject({ deletedApplications: 0 });
  });

  test("leaves its neighbours alone, and who declares it anew has it again", async () => {
    const { rooms } = suite();
    const { database, application, appId } = await newGame(rooms);
    const { appName, appSecret } = await getApplicationDetails(rooms, application, appId);
    const neighbour = (await createTenant(database, application.orgId)).application;
    await createDeployment(database, neighbour);
    const { roomId } = await createRoom(rooms, { application: neighbour, region: TEST_REGION });
    await deleteApplication(rooms, principalOf(application.orgId), appId);
    expect((await getRoomInfo(rooms, neighbour.appId, roomId)).status).toBe("active");
    await declareApplication(database, { ...application, appName, appSecret: "another" });
    expect(await getApplicationDetails(rooms, application, appId)).toMatchObject({ appSecret, deletedBy: null });
    await createDeployment(database, application);
    await createRoom(rooms, { application, region: TEST_REGION });
  });
});
