import type { ExposedPort } from "@roombridge/models/api";
import {
  createDeployment,
  createTenant,
  expectConsistent,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { newGame, refused, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  beatStaticProcess,
  createProcess,
  createRoom,
  deregisterStaticProcess,
  destroyRoom,
  endLostStaticProcesses,
  getConnectionInfo,
  getProcess,
  getRoomInfo,
  newUuid,
  registerStaticProcess,
  resumeRoom,
  runHousekeeping,
  stopProcess,
  suspendRoom,
  updateRoomConfig,
  type RegisterStaticProcessInput,
} from "./index.ts";

const suite = useRooms();
const PORT: ExposedPort = { host: "games.example.net", port: 7_777, transportType: "tcp", name: "default" };
const HOUSEKEEPING = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };

/** A game whose region has no host but the servers that register. */
async function newStaticGame(settings: Parameters<typeof newGame>[1] = {}) {
  const game = await newGame(suite().rooms, settings);
  const { database, rooms, application, appId } = game;
  const { sql } = database;
  await sql`update hosts set beat_at = '-infinity'`;
  const register = async (input: Partial<RegisterStaticProcessInput> = {}) => {
    const defaults = { application, name: "one", region: TEST_REGION, exposedPort: PORT };
    const server = await registerStaticProcess(rooms, { ...defaults, ...input });
    // Its lease would end after six seconds, which a busy machine may well need for one test.
    await sql`update hosts set beat_at = 'infinity' where provider = 'static' and host_is_alive(beat_at)`;
    return server;
  };
  const beat = (processId: string, roomsVersion?: string) => beatStaticProcess(rooms, appId, processId, roomsVersion);
  /** No server has beaten for so long. */
  const silence = async (seconds: number) => {
    await sql`
      update hosts set beat_at = clock_timestamp() - make_interval(secs => ${seconds}) where provider = 'static'`;
  };
  /** A host that starts processes, as `npm start` has one. */
  const startHost = (maxProcesses = 1_000) => registerTestHost(database, { maxProcesses });
  return { ...game, sql, register, beat, silence, startHost };
}

async function roomsOf({ rooms, appId }: Game, processId: string): Promise<string[]> {
  const { rooms: present = [] } = await beatStaticProcess(rooms, appId, processId);
  return present.map(({ roomId }) => roomId);
}

describe("registration", () => {
  test("a server runs from then on, where it says it is, and takes rooms that are active at once", async () => {
    const game = await newStaticGame();
    const { rooms, appId, deploymentId, create, register } = game;
    const voice: ExposedPort = { ...PORT, port: 7_778, transportType: "udp", name: "voice" };
    const server = await register({ additionalExposedPorts: [voice] });
    expect(server).toEqual({
      processId: expect.any(String),
      deploymentId,
      region: TEST_REGION,
      roomsPerProcess: 10,
      status: "running",
      stopReason: null,
      heartbeatSeconds: 2,
      leaseSeconds: 6,
      roomsVersion: expect.any(String),
      rooms: [],
    });
    const { processId } = server;
    expect(await getProcess(rooms, appId, processId)).toMatchObject({
      status: "running",
      exposedPort: PORT,
      additionalExposedPorts: [voice],
      startedAt: expect.any(Date),
      terminatedAt: null,
    });
    const room = await create();
    expect(room).toMatchObject({ processId, connection: { status: "active", exposedPort: PORT } });
    expect(await getConnectionInfo(rooms, appId, room.roomId, { wake: false })).toMatchObject({
      additionalExposedPorts: [voice],
    });
    await expectConsistent(game.database);
  });

  test("repeated by the same instance it finds the same process with its rooms, also many times at once", async () => {
    const game = await newStaticGame();
    const { create, register } = game;
    const instanceId = newUuid();
    const first = await register({ instanceId });
    const { roomId } = await create();
    const again = await Promise.all(Array.from({ length: 8 }, () => register({ instanceId })));
    expect(new Set(again.map(({ processId }) => processId))).toEqual(new Set([first.processId]));
    expect(again[0]?.rooms).toMatchObject([{ roomId }]);
  });

  test("another start of the same name takes over: rooms of the one before lose their process and can be resumed", async () => {
    const game = await newStaticGame();
    const { rooms, application, appId, create, register, beat } = game;
    const elder = await register();
    const { roomId } = await create();
    const younger = await register();
    expect(younger.processId).not.toBe(elder.processId);
    expect(younger.rooms).toEqual([]);
    expect(await getProcess(rooms, appId, elder.processId)).toMatchObject({
      status: "failed",
      exitReason: "another server registered under its name",
    });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
    expect(await refused(beat(elder.processId))).toMatchObject({ code: "process_superseded" });
    expect(await resumeRoom(rooms, application, roomId)).toMatchObject({ processId: younger.processId });
    await expectConsistent(game.database);
  });

  test("of many starts of one name at once, in several regions, one lives in the end", async () => {
    const game = await newStaticGame();
    const { sql, register, beat } = game;
    const regions = [TEST_REGION, "Tokyo", "Dallas"] as const;
    const starts = Array.from({ length: 9 }, (_, nth) => register({ region: regions[nth % 3] ?? TEST_REGION }));
    const done = (await Promise.allSettled(starts)).filter((start) => start.status === "fulfilled");
    expect(done.length).toBeGreaterThan(0);
    const living = await sql<{ processId: string }[]>`
      select process_id as "processId" from processes where terminated_at is null`;
    expect(living).toHaveLength(1);
    expect(await beat(living[0]?.processId ?? "")).toMatchObject({ status: "running" });
    await expectConsistent(game.database);
  });

  test("two names are two servers, and the same name in two applications too", async () => {
    const { rooms, database, register } = await newStaticGame();
    const other = await createTenant(database);
    await createDeployment(database, other.application);
    const servers = [await register(), await register({ name: "two" }), await register(other)];
    expect(new Set(servers.map(({ processId }) => processId)).size).toBe(3);
    for (const [index, { processId }] of servers.entries()) {
      const appId = index === 2 ? other.application.appId : undefined;
      expect(await beatStaticProcess(rooms, appId ?? (await appOf(database, processId)), processId)).toBeDefined();
    }
  });

  test("it may name an older deployment, and take fewer rooms than that allows", async () => {
    const game = await newStaticGame({ roomsPerProcess: 4 });
    const { database, application, deploymentId, create, register } = game;
    await createDeployment(database, application, { roomsPerProcess: 1 });
    const server = await register({ deploymentId, roomsPerProcess: 2 });
    expect(server).toMatchObject({ deploymentId, roomsPerProcess: 2 });
    expect(await create({ deploymentId })).toMatchObject({ processId: server.processId });
    expect(await create({ deploymentId })).toMatchObject({ processId: server.processId });
    expect(await refused(create({ deploymentId }))).toMatchObject({ code: "no_capacity" });
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
  });

  test("more rooms than the deployment allows are refused, and so is what it cannot belong to", async () => {
    const { database, register } = await newStaticGame({ roomsPerProcess: 4 });
    expect(await refused(register({ roomsPerProcess: 5 }))).toMatchObject({
      code: "invalid_params",
      message: "roomsPerProcess: the deployment allows at most 4",
    });
    const { application } = await createTenant(database);
    const foreign = await createDeployment(database, (await createTenant(database)).application);
    for (const deploymentId of ["dep-unknown", foreign]) {
      expect(await refused(register({ deploymentId }))).toMatchObject({ code: "deployment_not_found" });
    }
    expect(await refused(register({ deploymentId: "\u0000" }))).toMatchObject({ code: "invalid_params" });
    expect(await refused(register({ application }))).toMatchObject({
      code: "deployment_not_found",
      message: `application ${application.appId} has no deployment`,
    });
  });

  test("no more than the deployment's processes in a region; a restart of one of them is no further one", async () => {
    const { sql, register, beat } = await newStaticGame({ maxProcesses: 2 });
    await register();
    await register({ name: "two" });
    expect(await refused(register({ name: "three" }))).toMatchObject({ code: "no_capacity", retryAfterSeconds: 5 });
    await register({ name: "two" });
    const { processId } = await register({ name: "three", region: "Tokyo" });
    expect(await sql`select from hosts where host_id like '%:three'`).toHaveLength(1);
    // Who is refused ends nobody: not even its own predecessor, which is elsewhere.
    expect(await refused(register({ name: "three" }))).toMatchObject({ code: "no_capacity" });
    expect(await beat(processId)).toMatchObject({ status: "running" });
  });
});

async function appOf({ sql }: Game["database"], processId: string): Promise<string> {
  const [row] = await sql<{ appId: string }[]>`select app_id as "appId" from processes where process_id = ${processId}`;
  return row?.appId ?? "";
}

describe("the heartbeat", () => {
  test("tells the rooms with their config, in the order in which they came, and only when they have changed", async () => {
    const game = await newStaticGame();
    const { rooms, application, appId, create, register, beat } = game;
    const { processId, roomsVersion } = await register();
    expect((await beat(processId, roomsVersion)).rooms).toBeUndefined();
    await create({ roomId: "a", roomConfig: '{"map":1}' });
    await create({ roomId: "b" });
    const both = await beat(processId, roomsVersion);
    expect(both.rooms).toEqual([
      { roomId: "a", roomConfig: '{"map":1}', roomAllocationId: expect.any(String) },
      { roomId: "b", roomConfig: null, roomAllocationId: expect.any(String) },
    ]);
    expect((await beat(processId, both.roomsVersion)).rooms).toBeUndefined();

    await updateRoomConfig(rooms, appId, "a", "night");
    const changed = await beat(processId, both.roomsVersion);
    expect(changed.rooms).toMatchObject([{ roomId: "a", roomConfig: "night" }, { roomId: "b" }]);
    await suspendRoom(rooms, appId, "a");
    await resumeRoom(rooms, application, "a");
    const back = await beat(processId, changed.roomsVersion);
    expect(back.rooms?.map(({ roomId }) => roomId)).toEqual(["b", "a"]);
    expect(back.rooms?.[1]?.roomAllocationId).not.toBe(changed.rooms?.[0]?.roomAllocationId);
    await destroyRoom(rooms, appId, "b");
    expect(await roomsOf(game, processId)).toEqual(["a"]);
    expect((await beat(processId, "a version that never was")).rooms).toHaveLength(1);
  });

  test("keeps a server alive; three seconds without one are no harm", async () => {
    const { database, register, beat, silence } = await newStaticGame();
    const { processId } = await register();
    await silence(3);
    expect(await endLostStaticProcesses(database)).toBe(0);
    await beat(processId);
    await silence(1);
    expect(await endLostStaticProcesses(database)).toBe(0);
  });

  test("that was lost for seven seconds: its rooms lose their process, and the server is told when it comes back", async () => {
    const game = await newStaticGame();
    const { rooms, database, application, appId, create, register, beat, silence } = game;
    const instanceId = newUuid();
    const { processId } = await register({ instanceId });
    const { roomId } = await create();
    await silence(7);
    // Nothing is placed on it any more, also before anybody has noticed.
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
    expect(await endLostStaticProcesses(database)).toBe(1);
    expect(await endLostStaticProcesses(database)).toBe(0);
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
    expect(await refused(beat(processId))).toMatchObject({
      code: "process_gone",
      message: `process ${processId} has ended: register anew`,
    });
    const anew = await register({ instanceId });
    expect(anew.processId).not.toBe(processId);
    expect(await refused(beat(processId))).toMatchObject({ code: "process_gone" });
    expect(await resumeRoom(rooms, application, roomId)).toMatchObject({ processId: anew.processId });
    await expectConsistent(database);
  });

  test("that comes late but before anybody has noticed revives the server, with its rooms", async () => {
    const game = await newStaticGame();
    const { database, create, register, silence } = game;
    const { processId } = await register();
    const { roomId } = await create();
    await silence(60);
    expect(await roomsOf(game, processId)).toEqual([roomId]);
    expect(await endLostStaticProcesses(database)).toBe(0);
  });

  test("is not judged by the housekeeping of hosts, which do not know whether a gateway could take it", async () => {
    const { database, sql, register, silence } = await newStaticGame();
    await register();
    await silence(3_600);
    expect(await runHousekeeping(database, HOUSEKEEPING)).toMatchObject({ lostProcesses: 0 });
    expect(await sql`select from processes where terminated_at is null`).toHaveLength(1);
  });

  test("is for servers that registered: not for a process of a host, nor another application's", async () => {
    const { rooms, application, appId, register, startHost, database } = await newStaticGame();
    await startHost();
    const { processId: local } = await createProcess(rooms, application, TEST_REGION);
    const { processId } = await register();
    const stranger = await createTenant(database);
    for (const [ofApp, id] of [
      [appId, local],
      [appId, newUuid()],
      [appId, "no-uuid"],
      [stranger.application.appId, processId],
    ] as const) {
      expect(await refused(beatStaticProcess(rooms, ofApp, id))).toMatchObject({ code: "process_not_found" });
      expect(await refused(deregisterStaticProcess(rooms, ofApp, id, 0))).toMatchObject({ code: "process_not_found" });
    }
  });
});

describe("the end", () => {
  test.each([
    [0, "destroyed", { status: "stopped", exitReason: "exited with code 0" }],
    [1, "scheduling", { status: "failed", exitReason: "exited with code 1" }],
  ] as const)("deregistered with exit code %d its rooms are %s", async (exitCode, status, process) => {
    const game = await newStaticGame();
    const { rooms, appId, create, register, beat } = game;
    const { processId } = await register();
    const { roomId } = await create();
    await deregisterStaticProcess(rooms, appId, processId, exitCode);
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status });
    expect(await getProcess(rooms, appId, processId)).toMatchObject(process);
    expect(await refused(beat(processId))).toMatchObject({ code: "process_gone" });
    await deregisterStaticProcess(rooms, appId, processId, 9);
    expect(await getProcess(rooms, appId, processId)).toMatchObject(process);
    await expectConsistent(game.database);
  });

  test("StopProcess destroys the rooms at once and reaches the server in its next heartbeat", async () => {
    const game = await newStaticGame();
    const { rooms, appId, create, register, beat } = game;
    const { processId } = await register();
    const { roomId } = await create();
    await stopProcess(rooms, appId, processId);
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "destroyed" });
    expect(await beat(processId)).toMatchObject({ status: "stopping", stopReason: "stop_requested", rooms: [] });
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
    await deregisterStaticProcess(rooms, appId, processId, 1);
    expect(await getProcess(rooms, appId, processId)).toMatchObject({
      status: "stopped",
      exitReason: "stopped on request",
    });
  });

  test("a server that does not stop when it is asked is given up after 60 s, and told to stop for good", async () => {
    const { rooms, database, sql, appId, register, beat, silence } = await newStaticGame();
    const { processId } = await register();
    await stopProcess(rooms, appId, processId);
    await sql`update processes set stopping_at = stopping_at - interval '50 seconds' where process_id = ${processId}`;
    await silence(7);
    await beat(processId);
    expect(await endLostStaticProcesses(database)).toBe(0);
    await sql`update processes set stopping_at = stopping_at - interval '11 seconds' where process_id = ${processId}`;
    await silence(7);
    await beat(processId);
    expect(await endLostStaticProcesses(database)).toBe(1);
    expect(await beat(processId)).toMatchObject({ status: "stopped", stopReason: "stop_requested", rooms: [] });
  });

  test.each([
    ["stays when it is without rooms", undefined, 0],
    ["stops when it is without rooms for 300 s if it wants that", true, 1],
  ])("a server %s, whatever the deployment says of idle processes", async (_, idleTimeoutEnabled, idleProcesses) => {
    const deployment = { idleTimeoutEnabled: idleTimeoutEnabled !== true };
    const { database, sql, register, beat } = await newStaticGame(deployment);
    const { processId } = await register({ idleTimeoutEnabled });
    await sql`update processes set started_at = started_at - interval '301 seconds' where process_id = ${processId}`;
    expect(await runHousekeeping(database, HOUSEKEEPING)).toMatchObject({ idleProcesses });
    expect((await beat(processId)).stopReason).toBe(idleProcesses === 1 ? "idle" : null);
  });
});

describe("placement", () => {
  test("in a region of static servers only: full is 429, without a process that nobody starts", async () => {
    const { sql, rooms, application, create, register, beat } = await newStaticGame({ roomsPerProcess: 2 });
    const { processId } = await register();
    const created = await Promise.allSettled(Array.from({ length: 5 }, () => create()));
    expect(created.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await refused(create())).toMatchObject({ code: "no_capacity", message: `no free slot in ${TEST_REGION}` });
    expect(await refused(createProcess(rooms, application, TEST_REGION))).toMatchObject({ code: "no_capacity" });
    expect(await sql`select from processes where process_id <> ${processId} and terminated_at is null`).toHaveLength(0);
    expect((await beat(processId)).rooms).toHaveLength(2);
  });

  test("static servers of one application are no hosts for another one, nor in other regions", async () => {
    const { rooms, database, create, register } = await newStaticGame();
    await register();
    const { application } = await createTenant(database);
    await createDeployment(database, application);
    const message = (region: string) => `no live process host in ${region}`;
    expect(await refused(createRoom(rooms, { application, region: TEST_REGION }))).toMatchObject({
      message: message(TEST_REGION),
    });
    expect(await refused(create({ region: "Tokyo" }))).toMatchObject({ message: message("Tokyo") });
  });

  test("beside a host that starts processes, static servers are filled first, then one is started", async () => {
    const game = await newStaticGame({ roomsPerProcess: 2 });
    const { database, create, register, startHost } = game;
    const host = await startHost();
    const { processId } = await register();
    const placed = [await create(), await create(), await create()];
    expect(placed.map((room) => room.processId === processId)).toEqual([true, true, false]);
    expect(placed[2]?.connection).toEqual({ status: "starting" });
    expect(await runWaitingProcesses(database, host)).toHaveLength(1);
    await expectConsistent(database);
  });

  test("static servers take nothing of the capacity of hosts", async () => {
    const { create, register, startHost } = await newStaticGame({ roomsPerProcess: 1 });
    await startHost(1);
    for (const name of ["one", "two", "three"]) await register({ name });
    for (let count = 0; count < 4; count += 1) await create();
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
  });

  test("a process that waits for a host gets no further rooms when only static servers are left", async () => {
    const { sql, create, register, startHost } = await newStaticGame({ roomsPerProcess: 2 });
    const host = await startHost();
    const { processId: waiting } = await create();
    await sql`update hosts set beat_at = '-infinity' where host_id = ${host.hostId}`;
    expect(await refused(create())).toMatchObject({ message: `no live process host in ${TEST_REGION}` });
    const { processId } = await register();
    const room = await create();
    expect(room.processId).toBe(processId);
    expect(waiting).not.toBe(processId);
  });

  test("rooms whose process could not be started move to a static server", async () => {
    const game = await newStaticGame();
    const { database, sql, create, register, startHost } = game;
    await startHost();
    const { roomId, processId: waiting } = await create();
    const { processId } = await register();
    await sql`update processes set created_at = created_at - interval '101 seconds' where process_id = ${waiting ?? ""}`;
    expect(await runHousekeeping(database, HOUSEKEEPING)).toMatchObject({ lostProcesses: 1 });
    expect(await roomsOf(game, processId)).toEqual([roomId]);
  });
});
