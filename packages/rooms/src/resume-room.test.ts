import {
  createDeployment,
  createTenant,
  expectConsistent,
  openTestRooms,
  runWaitingProcesses,
  startCuttingProxy,
  TEST_REGION,
  type Cut,
} from "@roombridge/testing";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { newGame, refused, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  closeRooms,
  createRoom,
  destroyRoom,
  endProcess,
  getConnectionInfo,
  getRoomInfo,
  resumeRoom,
  suspendRoom,
} from "./index.ts";

const suite = useRooms({ ttlSeconds: 3_600 });
afterEach(() => expectConsistent(suite().rooms.database));

/** A suspended room whose process runs on without it. */
async function sleepingRoom(settings: Parameters<typeof newGame>[1] = {}) {
  const game = await newGame(suite().rooms, settings);
  const room = await game.create({ roomId: "bed", roomConfig: "x" });
  await runWaitingProcesses(game.database, game.host);
  await suspendRoom(game.rooms, game.appId, "bed");
  return { ...game, room };
}

const isKnownToCoturn = async ({ database }: Game, username: string) =>
  (await database.sql`select from coturn.turnusers_lt where name = ${username}`).length === 1;

describe("suspendRoom", () => {
  test("gives the slot back and keeps the room, which RoomsV2 shows as scheduling", async () => {
    const { rooms, appId, database, room } = await sleepingRoom({ roomsPerProcess: 1, maxProcesses: 1 });
    const info = await getRoomInfo(rooms, appId, "bed");
    expect(info).toMatchObject({
      state: "suspended",
      status: "scheduling",
      roomConfig: "x",
      currentAllocation: null,
      allocations: [{ processId: room.processId, unscheduledAt: expect.any(Date) }],
    });
    const [process] = await database.sql`select status, rooms_allocated from processes where app_id = ${appId}`;
    expect(process).toEqual({ status: "running", rooms_allocated: 0 });
  });

  test("switches the credentials off, a player's too, and tells who cuts sessions", async () => {
    const game = await newGame(suite().rooms);
    const heard: string[] = [];
    const listener = await game.database.sql.listen("roombridge_rooms", (payload) => heard.push(payload));
    const { credential } = await game.create({ roomId: "bed" });
    const [key] = await game.database.sql<
      { key: string }[]
    >`select room_key as key from rooms where room_id = 'bed' and destroyed_at is null`;
    await game.database.sql`
      insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, expires_at)
      values ('player.bed', ${key?.key ?? ""}, 'p1', 'roombridge', ${"0".repeat(32)}, 'test', clock_timestamp() + interval '1 hour')`;
    await suspendRoom(game.rooms, game.appId, "bed");
    expect(await isKnownToCoturn(game, credential.username)).toBe(false);
    expect(await isKnownToCoturn(game, "player.bed")).toBe(false);
    await expect.poll(() => heard, { timeout: 10_000 }).toContain(key?.key);
    await resumeRoom(game.rooms, game.application, "bed");
    expect(await isKnownToCoturn(game, "player.bed")).toBe(true);
    await listener.unlisten();
  });

  test("of a room whose game server did not start leaves nothing of that in connection info", async () => {
    const { rooms, appId, database, create } = await newGame(suite().rooms);
    await create({ roomId: "bed" });
    await database.sql`select unschedule_rooms(array(select room_key from rooms where app_id = ${appId}), 'start_failed')`;
    await suspendRoom(rooms, appId, "bed");
    expect(await refused(getConnectionInfo(rooms, appId, "bed", { wake: false }))).toMatchObject({
      message: "room is not running; resume it",
    });
  });

  test("again changes nothing", async () => {
    const { rooms, appId, database } = await sleepingRoom();
    const events = () => database.sql`select type from room_events where app_id = ${appId} order by id`;
    const before = await events();
    await suspendRoom(rooms, appId, "bed");
    expect(await events()).toEqual(before);
  });

  test("leaves no trace on a process that no host has taken yet: it starts with the rooms that are on it", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms, { roomsPerProcess: 1 });
    const first = await create({ roomId: "bed", roomConfig: "x" });
    await suspendRoom(rooms, appId, "bed");
    expect((await create({ roomId: "other", roomConfig: "y" })).processId).toBe(first.processId);
    const [order] = await runWaitingProcesses(database, host);
    expect(order).toMatchObject({ initialRoomId: "other", initialRoomConfig: "y" });
  });

  test.each(["unknown", "", "a b", "x".repeat(101)])("a room %j is not found", async (roomId) => {
    const { rooms, appId } = await newGame(suite().rooms);
    expect(await refused(suspendRoom(rooms, appId, roomId))).toMatchObject({ code: "room_not_found" });
  });

  test("a destroyed room and another application's are not found", async () => {
    const { rooms, database, appId } = await sleepingRoom();
    await destroyRoom(rooms, appId, "bed");
    expect(await refused(suspendRoom(rooms, appId, "bed"))).toMatchObject({ code: "room_not_found" });
    const { application } = await createTenant(database);
    expect(await refused(suspendRoom(rooms, application.appId, "bed"))).toMatchObject({ code: "room_not_found" });
  });
});

describe("resumeRoom", () => {
  test("gives a suspended room a slot on a running process, with the credential it was born with", async () => {
    const game = await sleepingRoom();
    const { rooms, application, appId, room } = game;
    const resumed = await resumeRoom(rooms, application, "bed");
    expect(resumed).toMatchObject({ roomId: "bed", processId: room.processId, connection: { status: "active" } });
    expect(resumed.credential).toMatchObject({
      username: room.credential.username,
      password: room.credential.password,
    });
    expect(await isKnownToCoturn(game, room.credential.username)).toBe(true);
    const { state, allocations } = await getRoomInfo(rooms, appId, "bed");
    expect([state, allocations.length]).toEqual(["active", 2]);
  });

  test.each([
    ["runs", ["room.resumed", "room.active"]],
    ["starts", ["room.resumed"]],
  ])("onto a process that %s tells %j", async (status, types) => {
    const { rooms, application, appId, database, host, create } = await newGame(suite().rooms);
    await create({ roomId: "bed" });
    await suspendRoom(rooms, appId, "bed");
    if (status === "runs") await runWaitingProcesses(database, host);
    const [last] = await database.sql<{ id: string }[]>`select max(id) as id from room_events where app_id = ${appId}`;
    await resumeRoom(rooms, application, "bed");
    const events = await database.sql<{ type: string }[]>`
      select type from room_events where app_id = ${appId} and id > ${last?.id ?? "0"} order by id`;
    expect(events.map(({ type }) => type)).toEqual(types);
  });

  test("starts a process when none has a slot", async () => {
    const { rooms, application, database, host, create, room } = await sleepingRoom({ roomsPerProcess: 1 });
    await create({ roomId: "other" });
    const resumed = await resumeRoom(rooms, application, "bed");
    expect(resumed.processId).not.toBe(room.processId);
    expect(resumed.connection).toEqual({ status: "starting" });
    const [order] = await runWaitingProcesses(database, host);
    expect(order).toMatchObject({ processId: resumed.processId, initialRoomId: "bed", initialRoomConfig: "x" });
  });

  test("leaves an active room where it is and writes nothing, so callers may poll with it", async () => {
    const { rooms, application, appId, database, create } = await newGame(suite().rooms);
    const created = await create({ roomId: "awake" });
    const rows = () => database.sql`
      select r.xmin::text, c.xmin::text from rooms r join turn_credentials c using (room_key) where r.app_id = ${appId}`;
    const before = await rows();
    expect(await resumeRoom(rooms, application, "awake")).toEqual(created);
    expect(await rows()).toEqual(before);
  });

  test("renews the credential of an active room past half of its life", async () => {
    const { rooms, application, database, create } = await newGame(suite().rooms);
    const { credential } = await create({ roomId: "awake" });
    await database.sql`
      update turn_credentials set expires_at = clock_timestamp() + interval '29 minutes' where username = ${credential.username}`;
    const resumed = await resumeRoom(rooms, application, "awake");
    expect(resumed.credential.expiresAt.getTime() - Date.now()).toBeGreaterThan(3_500_000);
  });

  test("brings a room back whose process crashed, and one whose game server did not start", async () => {
    const { rooms, application, appId, database, host, create } = await newGame(suite().rooms);
    const { processId } = await create({ roomId: "fallen" });
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId: processId ?? "", reason: "exited", exitCode: 1 });
    expect(await resumeRoom(rooms, application, "fallen")).toMatchObject({ connection: { status: "starting" } });

    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { currentAllocation } = await getRoomInfo(rooms, appId, "fallen");
      await endProcess(database, { processId: currentAllocation?.processId ?? "", reason: "spawn_error" });
    }
    expect(await refused(getConnectionInfo(rooms, appId, "fallen", { wake: true }))).toMatchObject({
      code: "start_failed",
    });
    await resumeRoom(rooms, application, "fallen");
    expect(await getConnectionInfo(rooms, appId, "fallen", { wake: false })).toEqual({ status: "starting" });
    // The three tries are its own again.
    const { currentAllocation } = await getRoomInfo(rooms, appId, "fallen");
    await endProcess(database, { processId: currentAllocation?.processId ?? "", reason: "spawn_error" });
    expect(await getRoomInfo(rooms, appId, "fallen")).toMatchObject({ state: "active" });
  });

  test("uses the newest deployment, unless the creator named one", async () => {
    const { rooms, application, appId, database, deploymentId, create } = await newGame(suite().rooms);
    await create({ roomId: "follows" });
    await create({ roomId: "pinned", deploymentId });
    for (const roomId of ["follows", "pinned"]) await suspendRoom(rooms, appId, roomId);
    const newest = await createDeployment(database, application);
    const deploymentOf = async (roomId: string) => {
      const { processId } = await resumeRoom(rooms, application, roomId);
      const [row] = await database.sql`select deployment_id as id from processes where process_id = ${processId ?? ""}`;
      return row?.["id"];
    };
    expect([await deploymentOf("follows"), await deploymentOf("pinned")]).toEqual([newest, deploymentId]);
  });

  test("is refused when the deployment that the creator named is gone", async () => {
    const { rooms, application, appId, database, deploymentId, create } = await newGame(suite().rooms);
    await create({ roomId: "pinned", deploymentId });
    await suspendRoom(rooms, appId, "pinned");
    await createDeployment(database, application);
    await database.sql`update deployments set deleted_at = clock_timestamp() where deployment_id = ${deploymentId}`;
    expect(await refused(resumeRoom(rooms, application, "pinned"))).toMatchObject({ code: "no_deployment" });
    expect(await getRoomInfo(rooms, appId, "pinned")).toMatchObject({ state: "suspended" });
  });

  test("is refused without a slot, and the room sleeps on with its credential off", async () => {
    const game = await sleepingRoom({ roomsPerProcess: 1, maxProcesses: 1 });
    const { rooms, application, database, create, room } = game;
    await create({ roomId: "other" });
    const full = await refused(resumeRoom(rooms, application, "bed"));
    expect(full).toMatchObject({
      code: "no_capacity",
      message: `no free slot in ${TEST_REGION}`,
      retryAfterSeconds: 5,
    });
    await database.sql`update hosts set beat_at = '-infinity'`;
    const alone = await refused(resumeRoom(rooms, application, "bed"));
    expect(alone).toMatchObject({ code: "no_capacity", message: `no live process host in ${TEST_REGION}` });
    expect(await isKnownToCoturn(game, room.credential.username)).toBe(false);
  });

  test("of a hundred at once gives one slot", async () => {
    const { rooms, application, appId, database } = await sleepingRoom();
    const second = openTestRooms(suite().databaseUrl);
    onTestFinished(() => closeRooms(second));
    const calls = Array.from({ length: 100 }, (_, n) =>
      resumeRoom({ ...(n % 2 ? second : rooms), turn: rooms.turn }, application, "bed"),
    );
    const processes = new Set((await Promise.all(calls)).map(({ processId }) => processId));
    expect(processes.size).toBe(1);
    expect((await getRoomInfo(rooms, appId, "bed")).allocations).toHaveLength(2);
    const events = await database.sql`select from room_events where app_id = ${appId} and type = 'room.resumed'`;
    expect(events).toHaveLength(1);
  });

  test("that comes after a suspend does not share a resume from before it", async () => {
    const { rooms, application, appId } = await sleepingRoom();
    const first = resumeRoom(rooms, application, "bed");
    const between = suspendRoom(rooms, appId, "bed");
    await between;
    const second = resumeRoom(rooms, application, "bed");
    await Promise.all([first, second]);
    expect(await getRoomInfo(rooms, appId, "bed")).toMatchObject({ state: "active" });
  });

  test.each(["unknown", "", "a b"])("a room %j is not found", async (roomId) => {
    const { rooms, application } = await newGame(suite().rooms);
    expect(await refused(resumeRoom(rooms, application, roomId))).toMatchObject({ code: "room_not_found" });
  });

  test("a destroyed room stays destroyed, also when its id lives on in another application", async () => {
    const { rooms, application, appId, database } = await sleepingRoom();
    await destroyRoom(rooms, appId, "bed");
    expect(await refused(resumeRoom(rooms, application, "bed"))).toMatchObject({ code: "room_not_found" });
    const other = await createTenant(database);
    await createDeployment(database, other.application);
    await createRoom(rooms, { application: other.application, region: TEST_REGION, roomId: "bed" });
    expect(await refused(resumeRoom(rooms, application, "bed"))).toMatchObject({ code: "room_not_found" });
  });

  test.each<Cut>(["before_request", "after_request", "before_answer"])(
    "survives a connection that breaks (%s), with one slot taken",
    async (when) => {
      const game = await sleepingRoom();
      const proxy = await startCuttingProxy(suite().databaseUrl);
      const cut = openTestRooms(proxy.url);
      onTestFinished(async () => {
        // postgres.js waits its whole time-out for a connection that was cut.
        await cut.database.sql.end({ timeout: 0 });
        await proxy.close();
      });
      // As a parameter: the text of the statement is sent beforehand, when nothing can have been done yet.
      proxy.cutNext("\0\0\0\u0003bed", when);
      const resumed = await resumeRoom({ ...cut, turn: game.rooms.turn }, game.application, "bed");
      await proxy.cut();
      expect(resumed.processId).toBe(game.room.processId);
      expect((await getRoomInfo(game.rooms, game.appId, "bed")).allocations).toHaveLength(2);
    },
  );
});

describe("rooms without a game server", () => {
  async function serverless() {
    const { rooms } = suite();
    const { application } = await createTenant(rooms.database);
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "call", needsProcess: false });
    return { rooms, application, appId: application.appId };
  }

  test("come back without one, and their credential is on again", async () => {
    const { rooms, application, appId } = await serverless();
    await suspendRoom(rooms, appId, "call");
    await rooms.database
      .sql`update rooms set expires_at = clock_timestamp() + interval '1 minute' where app_id = ${appId}`;
    const resumed = await resumeRoom(rooms, application, "call");
    expect([resumed.processId, resumed.connection]).toEqual([undefined, { status: "starting" }]);
    expect(await getRoomInfo(rooms, appId, "call")).toMatchObject({ state: "scheduling", allocations: [] });
    // It ends with its credential, not before.
    const [row] = await rooms.database.sql`select expires_at as "expiresAt" from rooms where app_id = ${appId}`;
    expect(row?.["expiresAt"]).toEqual(resumed.credential.expiresAt);
  });

  test("resumed while they are not suspended, need a deployment", async () => {
    const { rooms, application } = await serverless();
    expect(await refused(resumeRoom(rooms, application, "call"))).toMatchObject({ code: "no_deployment" });
  });

  test("get one by resume as soon as the application has a deployment", async () => {
    const { rooms, application, appId } = await serverless();
    const { host } = await newGame(rooms);
    expect(host.regions).toContain(TEST_REGION);
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "later", needsProcess: false });
    await createDeployment(rooms.database, application);
    expect(await resumeRoom(rooms, application, "later")).toMatchObject({ processId: expect.any(String) });
    expect(await getRoomInfo(rooms, appId, "later")).toMatchObject({ state: "active" });
  });

  test("are not found by connection info, asleep or not", async () => {
    const { rooms, appId } = await serverless();
    const gone = { code: "room_not_found", message: "room has no game server" };
    expect(await refused(getConnectionInfo(rooms, appId, "call", { wake: true }))).toMatchObject(gone);
    await suspendRoom(rooms, appId, "call");
    expect(await refused(getConnectionInfo(rooms, appId, "call", { wake: true }))).toMatchObject(gone);
    expect(await getRoomInfo(rooms, appId, "call")).toMatchObject({ state: "suspended" });
  });
});

describe("connection info", () => {
  test("wakes what the suspend call has put to sleep, and only when it may", async () => {
    const { rooms, appId } = await sleepingRoom();
    expect(await refused(getConnectionInfo(rooms, appId, "bed", { wake: false }))).toMatchObject({
      code: "room_not_found",
      message: "room is not running; resume it",
    });
    expect(await getConnectionInfo(rooms, appId, "bed", { wake: true })).toMatchObject({ status: "active" });
    expect(await getRoomInfo(rooms, appId, "bed")).toMatchObject({ state: "active" });
  });

  test("waking a room that slept long gives its credential a new life, and not a player's", async () => {
    const game = await sleepingRoom();
    const { rooms, appId, database, room } = game;
    await database.sql`
      insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, expires_at, suspended_at)
      select 'player.slept', room_key, 'p1', realm, hmackey, key_version, expires_at, suspended_at from turn_credentials
       where username = ${room.credential.username}`;
    await database.sql`update turn_credentials set expires_at = clock_timestamp() - interval '1 minute'`;
    await getConnectionInfo(rooms, appId, "bed", { wake: true });
    expect(await isKnownToCoturn(game, room.credential.username)).toBe(true);
    expect(await isKnownToCoturn(game, "player.slept")).toBe(false);
    const [row] = await database.sql<{ seconds: number }[]>`
      select extract(epoch from expires_at - clock_timestamp())::float as seconds from turn_credentials
       where username = ${room.credential.username}`;
    expect(row?.seconds).toBeGreaterThan(3_500);
  });

  test("never wakes a room that lost its process: that would let anybody start compute", async () => {
    const { rooms, appId, database, host, create } = await newGame(suite().rooms);
    const { processId } = await create({ roomId: "fallen" });
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId: processId ?? "", reason: "host_lost" });
    const error = await refused(getConnectionInfo(rooms, appId, "fallen", { wake: true }));
    expect(error).toMatchObject({ code: "room_not_found", message: "room is not running; resume it" });
  });

  test("wakes a room once in ten seconds, whether or not it succeeded", async () => {
    const { rooms, appId, database, create } = await sleepingRoom({ roomsPerProcess: 1, maxProcesses: 1 });
    const wake = () => getConnectionInfo(rooms, appId, "bed", { wake: true });
    const { roomId } = await create();
    expect(await refused(wake())).toMatchObject({ code: "no_capacity" });
    await destroyRoom(rooms, appId, roomId);
    const early = await refused(wake());
    expect(early).toMatchObject({ code: "rate_limited" });
    expect(early.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(early.retryAfterSeconds).toBeLessThanOrEqual(10);
    await database.sql`update rooms set woken_at = woken_at - interval '10 seconds' where room_id = 'bed'`;
    expect(await wake()).toMatchObject({ status: "active" });
    await suspendRoom(rooms, appId, "bed");
    expect(await refused(wake())).toMatchObject({ code: "rate_limited" });
  });

  test("of a thousand players at once wakes the room once", async () => {
    const { rooms, appId } = await sleepingRoom();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => getConnectionInfo(rooms, appId, "bed", { wake: true })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["active"]));
    expect((await getRoomInfo(rooms, appId, "bed")).allocations).toHaveLength(2);
  });
});
