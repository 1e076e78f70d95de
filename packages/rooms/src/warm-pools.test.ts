import {
  createDeployment,
  createTenant,
  expectConsistent,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { afterEach, describe, expect, test } from "vitest";
import { newGame } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { createRoom, destroyRoom, endProcess, getProcess, registerStaticProcess, runHousekeeping } from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

/** A game that keeps processes warm, with a host that serves two regions. */
async function warmGame(settings: Parameters<typeof newGame>[1] = {}) {
  const { rooms } = suite();
  // Of earlier tests.
  await rooms.database.sql`update deployments set warm_processes = 0`;
  const game = await newGame(rooms, { warmProcesses: 2, roomsPerProcess: 1, ...settings });
  const { database, host, application, appId } = game;
  const { sql } = database;
  await sql`update hosts set regions = '{Dallas,Sao_Paulo}' where host_id = ${host.hostId}`;
  const keep = async () => {
    const { warmProcesses, idleProcesses } = await runHousekeeping(database, {
      unscheduledTtlHours: 72,
      bindDeadlineSeconds: 100,
    });
    await expectConsistent(database);
    return { started: warmProcesses, stopped: idleProcesses };
  };
  const living = async () => {
    const rows = await sql<{ region: string; count: number }[]>`
      select region, count(*)::integer from processes where app_id = ${appId} and terminated_at is null group by region`;
    return Object.fromEntries(rows.map(({ region, count }) => [region, count]));
  };
  const run = () => runWaitingProcesses(database, { ...host, regions: ["Dallas", TEST_REGION] });
  /** All that runs has run, and had no room, for 300 s. */
  const age = async () => {
    await sql`update processes set started_at = started_at - interval '301 seconds' where app_id = ${appId}`;
    await sql`update room_allocations set unscheduled_at = unscheduled_at - interval '301 seconds'`;
  };
  return { ...game, sql, application, keep, living, run, age };
}

describe("processes that are kept warm", () => {
  test("are started ahead in each region that a live host serves, and once", async () => {
    const { keep, living, run, create } = await warmGame();
    expect(await keep()).toEqual({ started: 4, stopped: 0 });
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
    expect(await living()).toEqual({ Dallas: 2, [TEST_REGION]: 2 });
    await run();
    expect(await create()).toMatchObject({ connection: { status: "active" } });
    expect(await keep()).toEqual({ started: 1, stopped: 0 });
    expect(await living()).toEqual({ Dallas: 2, [TEST_REGION]: 3 });
  });

  test("are those with a free slot, whether or not they have rooms", async () => {
    const { keep, run, create } = await warmGame({ roomsPerProcess: 3 });
    await keep();
    await run();
    for (let n = 0; n < 2; n += 1) await create();
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
    await create();
    expect(await keep()).toEqual({ started: 1, stopped: 0 });
  });

  test("keep to the limits of the deployment and of the hosts", async () => {
    const { sql, host, keep, living, appId } = await warmGame({ warmProcesses: 5, maxProcesses: 3, hostCapacity: 4 });
    expect(await keep()).toEqual({ started: 4, stopped: 0 });
    expect(await living()).toEqual({ Dallas: 3, [TEST_REGION]: 1 });
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
    await sql`update hosts set max_processes = 100 where host_id = ${host.hostId}`;
    await sql`update pools set stopped_until = clock_timestamp() + interval '60 seconds' where app_id = ${appId}`;
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
    await sql`update pools set stopped_until = clock_timestamp() where app_id = ${appId}`;
    expect(await keep()).toEqual({ started: 2, stopped: 0 });
    expect(await living()).toEqual({ Dallas: 3, [TEST_REGION]: 3 });
  });

  test("need a live host that starts processes", async () => {
    const { rooms, sql, application, keep } = await warmGame();
    await sql`update hosts set beat_at = '-infinity'`;
    await registerStaticProcess(rooms, {
      application,
      name: "mine",
      region: "Tokyo",
      exposedPort: { host: "203.0.113.7", name: "default", port: 7777, transportType: "tcp" },
    });
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
  });

  test("are spared when they have nothing to do, and those beyond are not", async () => {
    const { rooms, database, appId, keep, run, create, age, living } = await warmGame();
    await keep();
    await run();
    const rest = [await create(), await create(), await create()];
    await keep();
    await run();
    for (const { roomId } of rest) await destroyRoom(rooms, appId, roomId);
    await age();
    // Two of Dallas and five of Sao Paulo, of which three are too many.
    expect(await keep()).toEqual({ started: 0, stopped: 3 });
    const stopping = await database.sql<{ processId: string; region: string }[]>`
      select process_id as "processId", region from processes where app_id = ${appId} and status = 'stopping'`;
    expect(new Set(stopping.map(({ region }) => region))).toEqual(new Set([TEST_REGION]));
    for (const { processId } of stopping) await endProcess(database, { processId, reason: "exited", exitCode: 0 });
    for (let round = 0; round < 3; round += 1) expect(await keep()).toEqual({ started: 0, stopped: 0 });
    expect(await living()).toEqual({ Dallas: 2, [TEST_REGION]: 2 });
  });

  test("move to a new deployment: those of the old one that never had a room are stopped at once", async () => {
    const { rooms, database, application, appId, keep, run, create, age } = await warmGame();
    await keep();
    await run();
    const used = await create();
    await destroyRoom(rooms, appId, used.roomId);
    const { processId: usedId = "" } = used;
    await createDeployment(database, application, { warmProcesses: 1, roomsPerProcess: 1 });
    expect(await keep()).toEqual({ started: 2, stopped: 3 });
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
    expect((await getProcess(rooms, appId, usedId)).status).toBe("draining");
    await age();
    expect(await keep()).toEqual({ started: 0, stopped: 1 });
    const reasons = await database.sql<{ reason: string }[]>`
      select distinct stop_reason as reason from processes where app_id = ${appId} and status = 'stopping' order by 1`;
    expect(reasons.map(({ reason }) => reason)).toEqual(["idle", "outdated"]);
  });

  test("that fail to start five times in a row pause with their pool", async () => {
    const { database, appId, sql, keep } = await warmGame({ warmProcesses: 1 });
    await sql`update hosts set regions = ${[TEST_REGION]}::text[]`;
    for (let failure = 0; failure < 5; failure += 1) {
      expect(await keep()).toEqual({ started: 1, stopped: 0 });
      const [row] = await sql<{ processId: string }[]>`
        select process_id as "processId" from processes where app_id = ${appId} and terminated_at is null`;
      await endProcess(database, { processId: row?.processId ?? "", reason: "spawn_error" });
    }
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
  });

  test("that end by themselves, or for their memory, before they had a room are not started anew more than five times a minute", async () => {
    const { database, appId, sql, keep, run } = await warmGame({ warmProcesses: 1 });
    await sql`update hosts set regions = ${[TEST_REGION]}::text[]`;
    for (let exit = 0; exit < 5; exit += 1) {
      expect(await keep()).toEqual({ started: 1, stopped: 0 });
      for (const { processId } of await run())
        await endProcess(database, { processId, reason: exit === 3 ? "out_of_memory" : "exited", exitCode: exit % 2 });
    }
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
    await sql`update processes set terminated_at = terminated_at - interval '61 seconds' where app_id = ${appId}`;
    expect(await keep()).toEqual({ started: 1, stopped: 0 });
  });

  test("of two applications share what the hosts can hold, and neither stops the other's", async () => {
    const { rooms, database, sql, keep, living } = await warmGame({ hostCapacity: 3 });
    await sql`update hosts set regions = ${[TEST_REGION]}::text[]`;
    const other = await createTenant(database);
    await createDeployment(database, other.application, { warmProcesses: 2 });
    expect(await keep()).toEqual({ started: 3, stopped: 0 });
    expect(await living()).toEqual({ [TEST_REGION]: 2 });
    expect((await createRoom(rooms, { application: other.application, region: TEST_REGION })).connection.status).toBe(
      "starting",
    );
    expect(await keep()).toEqual({ started: 0, stopped: 0 });
  });

  test("need two housekeepers no more than one", async () => {
    const { keep, living } = await warmGame();
    const reports = await Promise.all([keep(), keep(), keep()]);
    expect(reports.reduce((sum, { started }) => sum + started, 0)).toBe(4);
    expect(await living()).toEqual({ Dallas: 2, [TEST_REGION]: 2 });
  });
});
