import {
  createDeployment,
  createTenant,
  expectConsistent,
  openTestRooms,
  runWaitingProcesses,
  startCuttingProxy,
  TEST_REGION,
  waitFor,
  type Cut,
} from "@roombridge/testing";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  claimProcesses,
  countProcesses,
  createProcess,
  endProcess,
  getProcess,
  getRoomInfo,
  latestProcesses,
  listHostProcesses,
  newUuid,
  requestStop,
  stopProcess,
  suspendRoom,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

describe("createProcess", () => {
  test("starts a process without a room, on which the next room is active at once", async () => {
    const { rooms, application, appId, deploymentId, database, host, create } = await newGame(suite().rooms);
    const created = await createProcess(rooms, application, TEST_REGION);
    expect(created).toMatchObject({
      appId,
      deploymentId,
      region: TEST_REGION,
      status: "starting",
      roomsAllocated: 0,
      roomsPerProcess: 10,
      exposedPort: null,
      additionalExposedPorts: [],
      createdAt: expect.any(Date),
      scheduledAt: null,
      startedAt: null,
      exitReason: undefined,
    });
    const [order] = await runWaitingProcesses(database, host);
    expect(order).toMatchObject({ processId: created.processId, initialRoomId: null, initialRoomConfig: null });
    expect(await getProcess(rooms, appId, created.processId)).toMatchObject({
      status: "running",
      exposedPort: { name: "default" },
      scheduledAt: expect.any(Date),
      startedAt: expect.any(Date),
    });
    expect(await create()).toMatchObject({ processId: created.processId, connection: { status: "active" } });
  });

  test("keeps to the newest deployment and its limit of processes, whoever asks at once", async () => {
    const { rooms, application, database, appId } = await newGame(suite().rooms);
    const newest = await createDeployment(database, application, { maxProcesses: 3 });
    const calls = await Promise.allSettled(
      Array.from({ length: 8 }, () => createProcess(rooms, application, TEST_REGION)),
    );
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const call of calls) {
      if (call.status === "fulfilled") expect(call.value.deploymentId).toBe(newest);
      else expect(call.reason).toMatchObject({ code: "no_capacity", retryAfterSeconds: 5 });
    }
    expect(await countProcesses(rooms, appId, {})).toBe(3);
  });

  test("keeps to what the hosts can hold", async () => {
    const { rooms, application } = await newGame(suite().rooms, { hostCapacity: 1 });
    await createProcess(rooms, application, TEST_REGION);
    expect(await refused(createProcess(rooms, application, TEST_REGION))).toMatchObject({ code: "no_capacity" });
  });

  test("needs a live host, a pool that is not stopped, and a deployment", async () => {
    const { rooms, application, database, create } = await newGame(suite().rooms);
    await create();
    await database.sql`update pools set stopped_until = clock_timestamp() + interval '40 seconds'`;
    const stopped = await refused(createProcess(rooms, application, TEST_REGION));
    expect(stopped).toMatchObject({ code: "no_capacity", message: expect.stringContaining("failed to start") });
    expect(stopped.retryAfterSeconds).toBeGreaterThan(30);
    await database.sql`update hosts set beat_at = '-infinity'`;
    expect(await refused(createProcess(rooms, application, TEST_REGION))).toMatchObject({
      code: "no_capacity",
      message: expect.stringContaining("no live process host"),
    });
    const { application: empty } = await createTenant(database);
    expect(await refused(createProcess(rooms, empty, TEST_REGION))).toMatchObject({ code: "deployment_not_found" });
  });

  test("passes a deleted deployment over", async () => {
    const { rooms, application, database, deploymentId } = await newGame(suite().rooms);
    const deleted = await createDeployment(database, application);
    await database.sql`update deployments set deleted_at = clock_timestamp() where deployment_id = ${deleted}`;
    expect(await createProcess(rooms, application, TEST_REGION)).toMatchObject({ deploymentId });
  });

  test("wakes the hosts of its region, and so does the stop", async () => {
    const { rooms, application, appId, database, host } = await newGame(suite().rooms);
    const heard: string[] = [];
    const listener = await database.sql.listen("roombridge_processes", (region) => heard.push(region));
    const { processId } = await createProcess(rooms, application, TEST_REGION);
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([TEST_REGION]);
    await runWaitingProcesses(database, host);
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(2);
    await stopProcess(rooms, appId, processId);
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(3);
    await listener.unlisten();
  });

  test.each<Cut>(["before_request", "after_request", "before_answer"])(
    "starts one process, and answers it, when the connection breaks (%s)",
    async (when) => {
      const { rooms, application, appId, database, create } = await newGame(suite().rooms, { maxProcesses: 2 });
      await create();
      const proxy = await startCuttingProxy(suite().databaseUrl);
      const cut = openTestRooms(proxy.url);
      onTestFinished(async () => {
        await cut.database.sql.end({ timeout: 0 });
        await proxy.close();
      });
      proxy.cutNext(appId, when);
      const { created } = await database.sql.begin(async (tx) => {
        // What was sent before the cut is still under way when the caller looks what became of it.
        if (when === "after_request") await tx`select lock_pool(pool_id) from pools where app_id = ${appId}`;
        const call = createProcess(cut, application, TEST_REGION);
        call.catch(() => {});
        await proxy.cut();
        if (when === "after_request") {
          await waitFor(
            async () =>
              (
                await database.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
              ).length === 2,
            { what: "the lost call and the one after it wait for the pool" },
          );
        }
        return { created: call };
      });
      const { processId } = await created;
      expect(await getProcess(rooms, appId, processId)).toMatchObject({ status: "starting" });
      expect(await countProcesses(rooms, appId, {})).toBe(2);
    },
  );
});

describe("stopProcess", () => {
  test("of a process that stops for another reason destroys its rooms all the same", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    const { processId = "", roomId } = await create();
    await runWaitingProcesses(database, host);
    await requestStop(database, processId, "host_shutdown");
    await stopProcess(rooms, appId, processId);
    await endProcess(database, { processId, reason: "host_shutdown" });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "destroyed" });
    expect(await getProcess(rooms, appId, processId)).toMatchObject({ exitReason: "stopped on request" });
  });

  test("destroys the rooms at once and asks the host for the end", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    const { processId = "" } = await create({ roomId: "one" });
    await create({ roomId: "two" });
    await create({ roomId: "gone" });
    await suspendRoom(rooms, appId, "gone");
    await runWaitingProcesses(database, host);
    await stopProcess(rooms, appId, processId);
    for (const roomId of ["one", "two"]) {
      expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "destroyed", currentAllocation: null });
    }
    // It left before, so the end of the process is none of its business.
    expect(await getRoomInfo(rooms, appId, "gone")).toMatchObject({ state: "suspended" });
    expect(await getProcess(rooms, appId, processId)).toMatchObject({
      status: "stopping",
      stoppingAt: expect.any(Date),
      terminatedAt: null,
      roomsAllocated: 0,
      exitReason: undefined,
    });
    expect(await listHostProcesses(database, host.hostId)).toMatchObject([{ processId, stopReason: "stop_requested" }]);
    await endProcess(database, { processId, reason: "exited", exitSignal: "SIGTERM" });
    expect(await getProcess(rooms, appId, processId)).toMatchObject({
      status: "stopped",
      terminatedAt: expect.any(Date),
      exitReason: "stopped on request",
    });
  });

  test("takes no more rooms from then on", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    const { processId = "" } = await create();
    await runWaitingProcesses(database, host);
    await stopProcess(rooms, appId, processId);
    expect((await create()).processId).not.toBe(processId);
  });

  test("ends a process at once that no host has taken, and no host takes it then", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms, { maxProcesses: 1 });
    const { processId = "" } = await create({ roomId: "r" });
    await stopProcess(rooms, appId, processId);
    expect(await getProcess(rooms, appId, processId)).toMatchObject({
      status: "stopped",
      terminatedAt: expect.any(Date),
    });
    expect(await claimProcesses(database, { ...host, limit: 10 })).toEqual([]);
    // It is no start failure, and its place is free.
    const pools = await database.sql`select start_failures from pools where app_id = ${appId}`;
    expect(pools).toEqual([{ start_failures: 0 }]);
    await create();
  });

  test("turns an idle stop into one that was asked for, so that its rooms are destroyed", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    const { processId = "" } = await create({ roomId: "r" });
    await runWaitingProcesses(database, host);
    await requestStop(database, processId, "idle");
    await stopProcess(rooms, appId, processId);
    expect(await getRoomInfo(rooms, appId, "r")).toMatchObject({ status: "destroyed" });
  });

  test("changes nothing on a process that has ended, or is stopping", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    const { processId = "" } = await create();
    await runWaitingProcesses(database, host);
    await stopProcess(rooms, appId, processId);
    const { stoppingAt } = await getProcess(rooms, appId, processId);
    await stopProcess(rooms, appId, processId);
    expect(await getProcess(rooms, appId, processId)).toMatchObject({ stoppingAt });
    await endProcess(database, { processId, reason: "exited", exitCode: 0 });
    const ended = await getProcess(rooms, appId, processId);
    await stopProcess(rooms, appId, processId);
    expect(await getProcess(rooms, appId, processId)).toEqual(ended);
  });

  test("and the look at a process know no other application's, and no id that is none", async () => {
    const { rooms, appId, database, create } = await newGame(suite().rooms);
    const { processId = "" } = await create();
    const { application } = await createTenant(database);
    for (const call of [stopProcess, getProcess]) {
      expect(await refused(call(rooms, application.appId, processId))).toMatchObject({ code: "process_not_found" });
      for (const unknown of [newUuid(), "", "x", "\u0000"]) {
        expect(await refused(call(rooms, appId, unknown))).toMatchObject({ code: "process_not_found" });
      }
    }
    expect(await getProcess(rooms, appId, processId)).toMatchObject({ status: "starting" });
  });
});

describe("the processes of an application", () => {
  async function twelve() {
    const game = await newGame(suite().rooms);
    const { rooms, application, database } = game;
    const created = [];
    for (let n = 0; n < 12; n += 1) created.push(await createProcess(rooms, application, n < 3 ? "Tokyo" : "London"));
    const ids = created.map(({ processId }) => processId);
    // A second apart, in the order of creation.
    for (const [n, id] of ids.entries()) {
      await database.sql`
        update processes set created_at = '2026-11-21T10:00:00Z'::timestamptz + ${n} * interval '1 second' where process_id = ${id}`;
    }
    return { ...game, ids };
  }

  test("are answered ten at most, newest first, and counted all", async () => {
    const { rooms, appId, ids } = await twelve();
    const latest = await latestProcesses(rooms, appId, {});
    expect(latest.map(({ processId }) => processId)).toEqual(ids.toReversed().slice(0, 10));
    expect(await countProcesses(rooms, appId, {})).toBe(12);
  });

  test("are filtered by status, region and time", async () => {
    const { rooms, appId, ids } = await twelve();
    await stopProcess(rooms, appId, ids[0] ?? "");
    const find = async (filter: Parameters<typeof latestProcesses>[2]) => {
      const found = await latestProcesses(rooms, appId, filter);
      expect(await countProcesses(rooms, appId, filter)).toBe(found.length);
      return found.map(({ processId }) => ids.indexOf(processId));
    };
    expect(await find({ regions: ["Tokyo"] })).toEqual([2, 1, 0]);
    expect(await find({ regions: ["Tokyo"], statuses: ["starting"] })).toEqual([2, 1]);
    expect(await find({ statuses: ["stopped", "failed"] })).toEqual([0]);
    expect(await find({ before: new Date("2026-11-21T10:00:02Z") })).toEqual([1, 0]);
    expect(await find({ before: new Date("2026-11-21T10:00:00Z") })).toEqual([]);
    expect(await find({ before: new Date(-8.64e15) })).toEqual([]);
    expect(await countProcesses(rooms, appId, { before: new Date(8.64e15) })).toBe(12);
    expect(await find({ statuses: [] })).toEqual([]);
  });

  test("are not another application's", async () => {
    const { rooms, database } = await twelve();
    const { application } = await createTenant(database);
    expect(await latestProcesses(rooms, application.appId, {})).toEqual([]);
    expect(await countProcesses(rooms, application.appId, {})).toBe(0);
  });
});
