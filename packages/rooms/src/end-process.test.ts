import {
  clearRooms,
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
  expectConsistent,
  waitFor,
} from "@roombridge/testing";
import { afterEach, describe, expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import {
  beatHost,
  claimProcesses,
  createRoom,
  destroyRoom,
  endProcess,
  getConnectionInfo,
  getProcess,
  getRoomInfo,
  noteDetail,
  leasePorts,
  newUuid,
  reportRunning,
  requestStop,
  resumeRoom,
  retireHost,
  type EndReason,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

async function game({ rooms: count = 2, roomsPerProcess = 2 } = {}) {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { roomsPerProcess });
  const host = await registerTestHost(database);
  const created = await Promise.all(
    Array.from({ length: count }, () => createRoom(rooms, { application, region: TEST_REGION })),
  );
  const [first] = created;
  if (!first?.processId) throw new Error("expected a process");
  const { appId } = application;
  const { roomId, processId } = first;
  return { rooms, database, host, appId, application, roomId, processId, created };
}

test("what its host has found out is told with the reason, however odd a text it is", async () => {
  const { rooms, database, appId, processId } = await game();
  const detail = `why\u0000 not \ud800${"x".repeat(1_000)}`;
  await endProcess(database, { processId, reason: "bind_deadline", detail });
  const { exitReason = "" } = await getProcess(rooms, appId, processId);
  expect(exitReason).toMatch(/^did not bind its port in time: why not \ufffdx+$/);
  expect(exitReason.length).toBeLessThan(600);
  // A second end, as of a host that comes too late, changes nothing.
  await endProcess(database, { processId, reason: "exited", detail: "another" });
  expect((await getProcess(rooms, appId, processId)).exitReason).toBe(exitReason);
});

test("what kept a process from being ready is no reason for the end of one that was ready later", async () => {
  const { rooms, database, host, appId, processId } = await game();
  await noteDetail(database, processId, "it listens elsewhere");
  await runWaitingProcesses(database, host);
  await endProcess(database, { processId, reason: "exited", exitCode: 1 });
  expect(await getProcess(rooms, appId, processId)).toMatchObject({ exitReason: "exited with code 1" });
});

describe("the end of a process that ran", () => {
  test.each<[string, { reason: EndReason; exitCode?: number; exitSignal?: string }, string, string]>([
    ["exit code 0 destroys its rooms", { reason: "exited", exitCode: 0 }, "destroyed", "stopped"],
    ["exit code 1 unschedules its rooms", { reason: "exited", exitCode: 1 }, "scheduling", "failed"],
    ["a signal unschedules its rooms", { reason: "exited", exitSignal: "SIGKILL" }, "scheduling", "failed"],
    ["its memory limit unschedules its rooms", { reason: "out_of_memory", exitCode: 137 }, "scheduling", "failed"],
    ["a lost host unschedules its rooms", { reason: "host_lost" }, "scheduling", "failed"],
    ["its host's shutdown unschedules its rooms", { reason: "host_shutdown", exitCode: 0 }, "scheduling", "stopped"],
  ])("%s", async (_what, end, status, processStatus) => {
    const { rooms, database, host, appId, roomId, processId } = await game();
    await runWaitingProcesses(database, host);
    expect(await endProcess(database, { processId, ...end })).toBe(true);
    const info = await getRoomInfo(rooms, appId, roomId);
    expect(info).toMatchObject({ status, currentAllocation: null });
    expect(info.allocations[0]?.unscheduledAt).toBeInstanceOf(Date);
    const [row] = await database.sql`select status, rooms_allocated from processes where process_id = ${processId}`;
    expect(row).toEqual({ status: processStatus, rooms_allocated: 0 });
  });

  test.each([
    ["stop_requested", 1, "destroyed"],
    ["stop_requested", undefined, "destroyed"],
    ["idle", 0, "scheduling"],
    ["outdated", 0, "scheduling"],
    ["max_age", 0, "scheduling"],
    ["host_shutdown", 0, "scheduling"],
  ] as const)("a recorded stop reason (%s) decides, not the exit code (%s)", async (reason, exitCode, status) => {
    const { rooms, database, host, appId, roomId, processId } = await game();
    await runWaitingProcesses(database, host);
    expect(await requestStop(database, processId, reason)).toBe(true);
    expect(await requestStop(database, processId, "idle")).toBe(false);
    await endProcess(database, { processId, reason: "exited", exitCode });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status });
  });

  test("unscheduled rooms keep their credentials; the connection info says how to go on", async () => {
    const { rooms, database, host, appId, roomId, processId, created } = await game();
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId, reason: "exited", exitCode: 139 });
    const usable = await database.sql`
      select from coturn.turnusers_lt where name = any(${created.map((room) => room.credential.username)}::text[])`;
    expect(usable).toHaveLength(2);
    await expect(getConnectionInfo(rooms, appId, roomId, { wake: false })).rejects.toMatchObject({
      code: "room_not_found",
      message: "room is not running; resume it",
    });
  });

  test("a second report of the same end changes nothing", async () => {
    const { rooms, database, host, appId, roomId, processId } = await game();
    await runWaitingProcesses(database, host);
    expect(await endProcess(database, { processId, reason: "exited", exitCode: 1 })).toBe(true);
    expect(await endProcess(database, { processId, reason: "exited", exitCode: 0 })).toBe(false);
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "scheduling" });
    expect(await endProcess(database, { processId: newUuid(), reason: "exited" })).toBe(false);
  });

  test("unschedules a room once for each of its stays, whoever reports the end and however late", async () => {
    const { rooms, database, host, appId, application, roomId, processId } = await game();
    await runWaitingProcesses(database, host);
    const crash = () => endProcess(database, { processId, reason: "exited", exitCode: 1 });
    const events = async () =>
      (
        await database.sql`
          select from room_events
           where app_id = ${appId} and type = 'room.unscheduled' and payload ->> 'roomId' = ${roomId}`
      ).length;
    const answers = await Promise.all([
      crash(),
      crash(),
      crash(),
      endProcess(database, { processId, reason: "host_lost" }),
    ]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await events()).toBe(1);
    const { processId: next } = await resumeRoom(rooms, application, roomId);
    expect(await crash()).toBe(false);
    expect((await getRoomInfo(rooms, appId, roomId)).currentAllocation).toMatchObject({ processId: next });
    await runWaitingProcesses(database, host);
    expect(await endProcess(database, { processId: next ?? "", reason: "exited", exitCode: 1 })).toBe(true);
    expect(await events()).toBe(2);
  });

  test("gives its leased ports back", async () => {
    const { database, host, processId } = await game();
    const range = { min: 20_000, max: 20_002 };
    const wanted = { hostId: host.hostId, processId, names: ["default", "udp"], range, except: [20_001] };
    expect(await leasePorts(database, wanted)).toEqual(
      new Map([
        ["default", 20_000],
        ["udp", 20_002],
      ]),
    );
    expect(await leasePorts(database, { ...wanted, names: ["a", "b", "c"] })).toBeUndefined();
    await leasePorts(database, wanted);
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId, reason: "exited", exitCode: 1 });
    expect(await database.sql`select from port_leases where host_id = ${host.hostId}`).toHaveLength(0);
  });

  test("two processes never lease the same port of a host", async () => {
    const { database, host, created } = await game({ rooms: 20, roomsPerProcess: 1 });
    const leases = await Promise.all(
      created.map(({ processId = "" }) =>
        leasePorts(database, {
          hostId: host.hostId,
          processId,
          names: ["default", "udp"],
          range: { min: 20_000, max: 29_999 },
          except: [],
        }),
      ),
    );
    expect(new Set(leases.flatMap((lease) => [...(lease?.values() ?? [])])).size).toBe(40);
  });
});

describe("the end of a process that never ran", () => {
  test("places its rooms again, three times in all, then gives up with the reason", async () => {
    const { rooms, database, host, appId, roomId } = await game();
    for (const round of [1, 2, 3]) {
      const [order] = await claimProcesses(database, { ...host, limit: 10 });
      expect(order, `round ${round}`).toBeDefined();
      expect(await getConnectionInfo(rooms, appId, roomId, { wake: false })).toEqual({ status: "starting" });
      await endProcess(database, { processId: order?.processId ?? "", reason: "spawn_error" });
    }
    expect(await claimProcesses(database, { ...host, limit: 10 })).toHaveLength(0);
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
    expect((await getRoomInfo(rooms, appId, roomId)).allocations).toHaveLength(3);
    await expect(getConnectionInfo(rooms, appId, roomId, { wake: false })).rejects.toMatchObject({
      code: "start_failed",
      message: "the game server did not start",
    });
  });

  test("exit code 0 before the port is bound is a start failure too", async () => {
    const { rooms, database, host, appId, roomId } = await game();
    const [order] = await claimProcesses(database, { ...host, limit: 10 });
    await endProcess(database, { processId: order?.processId ?? "", reason: "exited", exitCode: 0 });
    expect(await getConnectionInfo(rooms, appId, roomId, { wake: false })).toEqual({ status: "starting" });
  });

  test("five start failures in a row stop the pool for 60 s; a good start before that clears the count", async () => {
    const { rooms, database, host, application } = await game({ rooms: 4, roomsPerProcess: 1 });
    const fail = async () => {
      const [order] = await claimProcesses(database, { ...host, limit: 1 });
      await endProcess(database, { processId: order?.processId ?? "", reason: "exited", exitCode: 1 });
    };
    for (let round = 0; round < 4; round += 1) await fail();
    const [good] = await claimProcesses(database, { ...host, limit: 1 });
    const exposedPort = { host: "127.0.0.1", port: 20_000, name: "default", transportType: "tcp" } as const;
    await reportRunning(database, {
      processId: good?.processId ?? "",
      incarnation: host.incarnation,
      exposedPort,
      additionalExposedPorts: [],
    });
    for (let round = 0; round < 4; round += 1) await fail();
    await createRoom(rooms, { application, region: TEST_REGION });
    await fail();
    await expect(createRoom(rooms, { application, region: TEST_REGION })).rejects.toMatchObject({
      code: "no_capacity",
    });
    const [pool] = await database.sql`
      select stopped_until - clock_timestamp() between interval '50 s' and interval '60 s' as stopped from pools where app_id = ${application.appId}`;
    expect(pool).toEqual({ stopped: true });
    await database.sql`update pools set stopped_until = clock_timestamp() where app_id = ${application.appId}`;
    await createRoom(rooms, { application, region: TEST_REGION });
  });

  test("a room that was destroyed meanwhile is not placed again", async () => {
    const { rooms, database, host, appId, roomId, processId } = await game({ rooms: 1 });
    await claimProcesses(database, { ...host, limit: 10 });
    await destroyRoom(rooms, appId, roomId);
    await endProcess(database, { processId, reason: "spawn_error" });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "destroyed" });
  });
});

describe("a host", () => {
  test("claims each process once, whoever asks at the same time", async () => {
    const { database, host } = await game({ rooms: 30, roomsPerProcess: 1 });
    const claims = await Promise.all(Array.from({ length: 10 }, () => claimProcesses(database, { ...host, limit: 5 })));
    const ids = claims.flat().map((order) => order.processId);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
  });

  test("learns that a younger incarnation has taken its place, and can claim and report nothing any more", async () => {
    const { database, host, processId } = await game();
    await claimProcesses(database, { ...host, limit: 10 });
    expect(await beatHost(database, host)).toBe("alive");
    await registerTestHost(database, { ...host, incarnation: newUuid() });
    expect(await beatHost(database, host)).toBe("superseded");
    expect(await claimProcesses(database, { ...host, limit: 10 })).toHaveLength(0);
    const exposedPort = { host: "127.0.0.1", port: 1, name: "default", transportType: "tcp" } as const;
    const report = { processId, exposedPort, additionalExposedPorts: [], incarnation: newUuid() };
    expect(await reportRunning(database, report)).toBe(false);
  });

  test("that has started anew gets no rooms on the processes of its predecessor, which it is about to end", async () => {
    const { rooms, database, host, application, processId } = await game({ rooms: 1 });
    await runWaitingProcesses(database, host);
    await registerTestHost(database, { ...host, incarnation: newUuid() });
    const room = await createRoom(rooms, { application, region: TEST_REGION });
    expect(room.processId).not.toBe(processId);
  });

  test("that has retired stays retired, although it beats until its last game server has ended", async () => {
    const { rooms, database, host, application } = await game({ rooms: 1 });
    await retireHost(database, host.hostId, host.incarnation);
    expect(await beatHost(database, host)).toBe("alive");
    await expect(createRoom(rooms, { application, region: TEST_REGION })).rejects.toMatchObject({
      code: "no_capacity",
      message: expect.stringContaining("no live process host"),
    });
    await registerTestHost(database, host);
    await createRoom(rooms, { application, region: TEST_REGION });
  });

  test("leases no port for a process that has ended meanwhile", async () => {
    const { database, host, processId } = await game({ rooms: 1 });
    await claimProcesses(database, { ...host, limit: 10 });
    await endProcess(database, { processId, reason: "host_lost" });
    const range = { min: 20_000, max: 29_999 };
    const lease = leasePorts(database, { hostId: host.hostId, processId, names: ["default"], range, except: [] });
    await expect(lease).rejects.toThrow("has ended");
  });
});

test("a start failure and the start of another process of the pool at the same time do not block each other", async () => {
  const { database, host, created } = await game({ rooms: 3, roomsPerProcess: 2 });
  const { sql } = database;
  await claimProcesses(database, { ...host, limit: 10 });
  const [failing, starting] = [created[0]?.processId ?? "", created[2]?.processId ?? ""];
  const waiting = (count: number) =>
    waitFor(async () => (await sql`select from pg_locks where not granted`).length >= count, {
      what: `${count} waiting calls`,
    });
  await sql`update pools set start_failures = 1`;
  const calls: Promise<unknown>[] = [];
  await sql.begin(async (tx) => {
    await tx`select from pools for update`;
    const ids = [newUuid(), newUuid(), newUuid()];
    calls.push(
      sql`select end_process(${failing}, 'spawn_error', null, null, ${ids}::uuid[], ${ids}::uuid[])`.execute(),
    );
    await waiting(1);
    calls.push(sql`select report_running(${starting}, ${host.incarnation}, '{"port": 1}', '[]')`.execute());
    await waiting(2);
  });
  // Not through the verbs: they would hide a deadlock by trying again.
  await expect(Promise.all(calls)).resolves.toHaveLength(2);
});
