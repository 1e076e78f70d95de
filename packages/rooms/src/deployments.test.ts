import { createDeployment, createTenant, registerTestHost } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  announceHost,
  claimProcesses,
  createBuild,
  createDeployment as create,
  declareBuild,
  deleteBuild,
  getBuild,
  getDeployment,
  getLatestDeployment,
  listBuilds,
  listDeployments,
  runBuild,
  runHousekeeping,
  type Application,
  type NewDeployment,
  type Principal,
} from "./index.ts";

const suite = useRooms();

const SETTINGS: Omit<NewDeployment, "buildId"> = {
  containerPort: 7_777,
  transportType: "udp",
  additionalContainerPorts: [{ name: "debug", port: 9_000, transportType: "tcp" }],
  roomsPerProcess: 3,
  requestedCpu: 0.5,
  requestedMemoryMb: 64,
  idleTimeoutEnabled: false,
  env: [{ name: "A", value: "1" }],
  deploymentTag: "v1",
};

interface Studio {
  readonly principal: Principal;
  readonly application: Application;
}

async function newStudio(): Promise<Studio> {
  const { application } = await createTenant(suite().rooms.database);
  return { principal: { orgId: application.orgId, orgTokenId: "org-token-1", scopes: null }, application };
}

/** A build that may be deployed. */
async function newBuild({ principal }: Studio, image = "ghcr.io/me/arena:1", buildTag?: string): Promise<string> {
  const { buildId } = await createBuild(suite().rooms, principal, { buildTag });
  await runBuild(suite().rooms, principal, buildId, { image });
  return buildId;
}

describe("a build", () => {
  test("is created without an image, and gets one once", async () => {
    const { rooms } = suite();
    const { principal } = await newStudio();
    const created = await createBuild(rooms, principal, { buildTag: "1.4" });
    const known = { buildTag: "1.4", orgId: principal.orgId, createdBy: principal.orgTokenId, deletedAt: null };
    expect(created).toMatchObject({ ...known, status: "created", command: null, image: null, startedAt: null });
    expect(created.buildId).toMatch(/^bld-[0-9a-f-]{36}$/);
    const { buildId } = created;
    await runBuild(rooms, principal, buildId, { command: "arena" });
    await runBuild(rooms, principal, buildId, { command: "arena" });
    expect(await getBuild(rooms, principal, buildId)).toMatchObject({
      ...known,
      status: "succeeded",
      command: "arena",
      image: null,
      startedAt: expect.any(Date),
      finishedAt: expect.any(Date),
    });
    for (const other of [{ command: "other" }, { image: "arena" }]) {
      expect(await refused(runBuild(rooms, principal, buildId, other))).toMatchObject({ code: "build_unusable" });
    }
    expect(await listBuilds(rooms, principal)).toEqual([await getBuild(rooms, principal, buildId)]);
  });

  test("has an id that was never used before, by whomever", async () => {
    const { rooms } = suite();
    const [mine, other] = [await newStudio(), await newStudio()];
    const buildId = `v1-${mine.application.appId}`;
    await createBuild(rooms, mine.principal, { buildId });
    await deleteBuild(rooms, mine.principal, buildId);
    for (const { principal } of [mine, other]) {
      expect(await refused(createBuild(rooms, principal, { buildId }))).toMatchObject({
        code: "build_exists",
        message: `the id ${buildId} of a build has been used before`,
      });
    }
  });

  test("of another organisation is as unknown as one that was deleted", async () => {
    const { rooms } = suite();
    const [mine, other] = [await newStudio(), await newStudio()];
    const buildId = await newBuild(other);
    const deleted = await newBuild(mine);
    await deleteBuild(rooms, mine.principal, deleted);
    for (const id of [buildId, deleted, "bld-none"]) {
      for (const attempt of [
        () => getBuild(rooms, mine.principal, id),
        () => runBuild(rooms, mine.principal, id, { image: "x" }),
        () => deleteBuild(rooms, mine.principal, id),
      ]) {
        expect(await refused(attempt())).toMatchObject({ code: "build_not_found", message: `no build ${id}` });
      }
    }
    expect(await listBuilds(rooms, mine.principal)).toEqual([]);
  });
});

describe("a deployment", () => {
  test("is what was asked for, and the newest one", async () => {
    const { rooms } = suite();
    const studio = await newStudio();
    const { principal, application } = studio;
    const { appId } = application;
    const buildId = await newBuild(studio, "arena", "1.4");
    const first = await create(rooms, principal, application, { ...SETTINGS, buildId });
    const { buildId: _, ...rest } = { ...SETTINGS, buildId };
    expect(first).toMatchObject({
      ...rest,
      appId,
      createdBy: principal.orgTokenId,
      build: { buildId, buildTag: "1.4" },
    });
    expect(first.deploymentId).toMatch(/^dep-[0-9a-f-]{36}$/);
    const second = await create(rooms, principal, application, { ...SETTINGS, buildId, deploymentTag: undefined });
    expect(await getLatestDeployment(rooms, appId)).toEqual(second);
    expect(await getDeployment(rooms, appId, first.deploymentId)).toEqual(first);
    expect(await listDeployments(rooms, appId, {})).toEqual([second, first]);
    expect(await listDeployments(rooms, appId, { deploymentTag: "v1" })).toEqual([first]);
    expect(await listDeployments(rooms, appId, { buildTag: "1.4" })).toEqual([second, first]);
    expect(await listDeployments(rooms, appId, { buildTag: "1.5" })).toEqual([]);
    // A list must not be longer than a gateway can bear.
    await rooms.database.sql`
      update deployments set env = jsonb_build_array(jsonb_build_object('name', 'A', 'value', repeat('x', 8 * 1024 * 1024)))
       where deployment_id = ${second.deploymentId}`;
    expect((await listDeployments(rooms, appId, {})).map(({ deploymentId }) => deploymentId)).toEqual([
      second.deploymentId,
    ]);
    expect((await getDeployment(rooms, appId, first.deploymentId)).env).toEqual(first.env);
  });

  test("has the limits of the one before it, or none", async () => {
    const { rooms } = suite();
    const studio = await newStudio();
    const { principal, application } = studio;
    const buildId = await newBuild(studio);
    const limitsOf = async ({ deploymentId }: { readonly deploymentId: string }) => {
      const [row] = await rooms.database.sql`
        select max_processes as max, warm_processes as warm from deployments where deployment_id = ${deploymentId}`;
      return row;
    };
    const free = await create(rooms, principal, application, { ...SETTINGS, buildId });
    expect(await limitsOf(free)).toEqual({ max: 100_000, warm: 0 });
    await createDeployment(rooms.database, application, { maxProcesses: 7, warmProcesses: 2 });
    const heir = await create(rooms, principal, application, { ...SETTINGS, buildId });
    expect(await limitsOf(heir)).toEqual({ max: 7, warm: 2 });
  });

  test("needs a build of the organisation that was run and not deleted", async () => {
    const { rooms } = suite();
    const studio = await newStudio();
    const { principal, application } = studio;
    const attempt = (buildId: string) => refused(create(rooms, principal, application, { ...SETTINGS, buildId }));
    const foreign = await newBuild(await newStudio());
    for (const buildId of [foreign, "bld-none"]) {
      expect(await attempt(buildId)).toMatchObject({ code: "build_not_found", message: `no build ${buildId}` });
    }
    const { buildId: empty } = await createBuild(rooms, principal, {});
    const message = `build ${empty} has no image yet: run it first`;
    expect(await attempt(empty)).toMatchObject({ code: "build_unusable", message });
    const deleted = await newBuild(studio);
    await deleteBuild(rooms, principal, deleted);
    expect(await attempt(deleted)).toMatchObject({
      code: "build_unusable",
      message: `build ${deleted} was deleted`,
    });
    expect(await refused(getLatestDeployment(rooms, application.appId))).toMatchObject({
      code: "deployment_not_found",
    });
  });

  test("with a TLS port needs a host with a certificate, whoever makes it", async () => {
    const { rooms } = suite();
    const studio = await newStudio();
    const buildId = await newBuild(studio);
    await rooms.database.sql`update hosts set terminates_tls = false`;
    const tls = { ...SETTINGS, buildId, transportType: "tls" as const };
    const attempt = () => create(rooms, studio.principal, studio.application, tls);
    expect(await refused(attempt())).toMatchObject({ code: "no_certificate" });
    const host = await registerTestHost(rooms.database);
    const control = { url: "http://127.0.0.1:1", secret: "s" };
    await announceHost(rooms.database, { ...host, control, terminatesTls: true });
    expect(await attempt()).toMatchObject({ transportType: "tls" });
  });

  test("tells hosts which image to start, and nothing of a build that was deleted", async () => {
    const { rooms } = suite();
    const { database, application, host, create: createOne } = await newGame(rooms);
    const principal = { orgId: application.orgId, orgTokenId: "org-token-1", scopes: null };
    const buildId = await newBuild({ principal, application }, "ghcr.io/me/arena:2");
    await create(rooms, principal, application, { ...SETTINGS, buildId });
    await createOne();
    const [order] = await claimProcesses(database, { ...host, limit: 10 });
    expect(order).toMatchObject({ image: "ghcr.io/me/arena:2", command: null });
    await deleteBuild(rooms, principal, buildId);
    for (let room = 0; room < 3; room += 1) await createOne();
    expect(await claimProcesses(database, { ...host, limit: 10 })).toMatchObject([{ image: null, command: null }]);
    await database.sql`update deployments set warm_processes = (app_id = ${application.appId})::integer`;
    await database.sql`update processes set terminated_at = now(), status = 'failed' where app_id = ${application.appId}`;
    const settings = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };
    expect(await runHousekeeping(database, settings)).toMatchObject({ warmProcesses: 0 });
    await declareBuild(database, { buildId, orgId: application.orgId, image: "ghcr.io/me/arena:2" });
    expect((await runHousekeeping(database, settings)).warmProcesses).toBeGreaterThan(0);
  });
});
