import {
  createDeployment,
  createTenant,
  expectConsistent,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { createRoom, destroyRoom, getConnectionInfo, getRoomInfo } from "./index.ts";

const suite = useRooms();

const game = (settings: Parameters<typeof newGame>[1] = {}) => newGame(suite().rooms, settings);

describe("createRoom", () => {
  test("a room on a cold pool starts a process and is active at once, its connection starting", async () => {
    const { rooms, application, create } = await game();
    const created = await create({ roomConfig: '{"name":"my-room"}' });
    expect(created.roomId).toMatch(/^[0-9a-z]{16}$/);
    expect(created.connection).toEqual({ status: "starting" });
    const info = await getRoomInfo(rooms, application.appId, created.roomId);
    expect(info).toMatchObject({ status: "active", roomConfig: '{"name":"my-room"}' });
    expect(info.currentAllocation).toMatchObject({ processId: created.processId, unscheduledAt: null });
    expect(info.allocations).toHaveLength(1);
  });

  test("a room that REST makes has no end of its own", async () => {
    const { database, create } = await game();
    const { roomId } = await create();
    expect(await database.sql`select expires_at from rooms where room_id = ${roomId}`).toMatchObject([
      { expires_at: null },
    ]);
  });

  test("a room on a running process is active with its ports in the answer of create", async () => {
    const { database, host, create } = await game();
    await create();
    await runWaitingProcesses(database, host);
    const second = await create();
    expect(second.connection).toMatchObject({ status: "active", exposedPort: { host: "127.0.0.1", name: "default" } });
  });

  test("64 concurrent creators on a cold pool start exactly the processes needed", async () => {
    const { database, application, create } = await game({ roomsPerProcess: 10 });
    const created = await Promise.all(Array.from({ length: 64 }, () => create()));
    expect(new Set(created.map((room) => room.processId)).size).toBe(7);
    const [row] = await database.sql`select count(*)::int as n from processes where app_id = ${application.appId}`;
    expect(row).toEqual({ n: 7 });
    await expectConsistent(database);
  });

  test("64 creators through eight separate servers start exactly the processes needed too", async () => {
    const { application, database } = await game({ roomsPerProcess: 10 });
    const { openTestRooms } = await import("@roombridge/testing");
    const { closeRooms } = await import("./index.ts");
    const servers = Array.from({ length: 8 }, () => openTestRooms(suite().databaseUrl));
    await Promise.all(
      Array.from({ length: 64 }, (_, index) => {
        const server = servers[index % servers.length];
        if (!server) throw new Error("unreachable");
        return createRoom(server, { application, region: TEST_REGION });
      }),
    );
    await Promise.all(servers.map((server) => closeRooms(server)));
    const [row] = await database.sql`select count(*)::int as n from processes where app_id = ${application.appId}`;
    expect(row).toEqual({ n: 7 });
    await expectConsistent(database);
  });

  test("over a full pool as many rooms are placed as there are slots, and the others leave nothing behind", async () => {
    const { database, application, create } = await game({ roomsPerProcess: 4, maxProcesses: 3 });
    const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => create({ roomId: `room-${n}` })));
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(12);
    for (const answer of answers) {
      if (answer.status === "rejected")
        expect(answer.reason).toMatchObject({ code: "no_capacity", retryAfterSeconds: 5 });
    }
    const [left] = await database.sql`
      select (select count(*)::int from rooms where app_id = ${application.appId}) as rooms,
             (select count(*)::int from turn_credentials c join rooms r using (room_key) where r.app_id = ${application.appId}) as credentials,
             (select count(*)::int from room_events where app_id = ${application.appId} and type = 'room.created') as events`;
    expect(left).toEqual({ rooms: 12, credentials: 12, events: 12 });
    await expectConsistent(database);
  });

  test("a host's own limit holds over all pools that it serves", async () => {
    const { create, database } = await game({ roomsPerProcess: 1, hostCapacity: 3 });
    const regions = ["Seattle", "Dallas", "London", "Tokyo", "Sydney"] as const;
    const answers = await Promise.allSettled(regions.map((region) => create({ region })));
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(3);
    await expectConsistent(database);
  });

  test("the fullest running process is filled first, and running ones before starting ones", async () => {
    const { rooms, database, host, application, create } = await game({ roomsPerProcess: 3 });
    const first = await Promise.all(Array.from({ length: 6 }, () => create()));
    await runWaitingProcesses(database, host);
    const byProcess = Map.groupBy(first, (room) => room.processId);
    const [fuller, emptier] = [...byProcess.values()];
    if (!fuller || !emptier) throw new Error("expected two processes");
    for (const room of emptier.slice(1)) await destroyRoom(rooms, application.appId, room.roomId);
    for (const room of fuller.slice(2)) await destroyRoom(rooms, application.appId, room.roomId);
    expect((await create()).processId).toBe(fuller[0]?.processId);
    expect((await create()).processId).toBe(emptier[0]?.processId);
  });

  test("a taken room id is refused, and is free again for a new room once destroyed", async () => {
    const { rooms, application, create } = await game();
    const first = await create({ roomId: "lobby" });
    expect(await refused(create({ roomId: "lobby" }))).toMatchObject({ code: "room_exists" });
    await destroyRoom(rooms, application.appId, "lobby");
    const second = await create({ roomId: "lobby" });
    expect(second.credential.username).not.toBe(first.credential.username);
    const info = await getRoomInfo(rooms, application.appId, "lobby");
    expect(info.status).toBe("active");
  });

  test("of many creators of one id exactly one wins", async () => {
    const { create } = await game();
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => create({ roomId: "one" })));
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "room_exists" });
    }
  });

  test.each([
    ["without a live host in the region", "-7 seconds"],
    ["with one that was alive before somebody has set the clock back", "1 hour"],
  ])("%s nothing is created", async (_what, ahead) => {
    const { database, host, application, create } = await game();
    await database.sql`
      update hosts set beat_at = clock_timestamp() + ${ahead}::interval where host_id = ${host.hostId}`;
    expect(await refused(create())).toMatchObject({ code: "no_capacity" });
    const rows = await database.sql`select from rooms where app_id = ${application.appId}`;
    expect(rows).toHaveLength(0);
  });

  test("an unknown deployment, another application's, and none at all are told apart", async () => {
    const { rooms, database, create } = await game();
    const stranger = await createTenant(database);
    const deploymentId = await createDeployment(database, stranger.application);
    expect(await refused(create({ deploymentId: "dep-unknown" }))).toMatchObject({ code: "deployment_not_found" });
    expect(await refused(create({ deploymentId }))).toMatchObject({ code: "deployment_not_found" });
    const { application } = await createTenant(database);
    const bare = createRoom(rooms, { application, region: TEST_REGION });
    expect(await refused(bare)).toMatchObject({ code: "no_deployment" });
  });

  test("the newest deployment takes new rooms, a named one is honoured", async () => {
    const { database, application, deploymentId, create } = await game();
    const newer = await createDeployment(database, application, { roomsPerProcess: 2 });
    const [byDefault, pinned] = [await create(), await create({ deploymentId })];
    const deployment = async (processId: string | undefined) =>
      (await database.sql`select deployment_id from processes where process_id = ${processId ?? null}`)[0]?.[
        "deployment_id"
      ];
    expect(await deployment(byDefault.processId)).toBe(newer);
    expect(await deployment(pinned.processId)).toBe(deploymentId);
  });

  test("an application without a deployment may have rooms without a game server; they expire with their credential", async () => {
    const { rooms, database } = await game();
    const { application } = await createTenant(database);
    const room = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    expect(room.processId).toBeUndefined();
    const info = await getRoomInfo(rooms, application.appId, room.roomId);
    expect(info).toMatchObject({ status: "scheduling", currentAllocation: null, allocations: [] });
    expect(await refused(getConnectionInfo(rooms, application.appId, room.roomId, { wake: false }))).toMatchObject({
      code: "room_not_found",
      message: "room has no game server",
    });
    const [row] = await database.sql<
      { expiresAt: Date }[]
    >`select expires_at as "expiresAt" from rooms where room_id = ${room.roomId}`;
    expect(row?.expiresAt).toEqual(room.credential.expiresAt);
  });

  test.each([
    ["an id of 101 characters", { roomId: "x".repeat(101) }],
    ["an empty id", { roomId: "" }],
    ["an id with a slash", { roomId: "a/b" }],
    ["a config with U+0000", { roomConfig: "a\u0000b" }],
    ["a config with a lone surrogate", { roomConfig: "\ud800" }],
    ["a deployment id with U+0000", { deploymentId: "\u0000" }],
  ])("%s is refused before the database sees it", async (_what, input) => {
    const { create } = await game();
    expect(await refused(create(input))).toMatchObject({ code: "invalid_params" });
  });

  test("two applications own the same room id, and neither sees or destroys the other's", async () => {
    const a = await game();
    const b = await createTenant(a.database);
    await createDeployment(a.database, b.application);
    const roomA = await a.create({ roomId: "same" });
    const roomB = await a.create({ application: b.application, roomId: "same", roomConfig: "b" });
    expect(roomA.credential.username).not.toBe(roomB.credential.username);
    await destroyRoom(a.rooms, a.application.appId, "same");
    expect(await getRoomInfo(a.rooms, b.application.appId, "same")).toMatchObject({
      status: "active",
      roomConfig: "b",
    });
    const [credential] = await a.database
      .sql`select revoked_at from turn_credentials where username = ${roomB.credential.username}`;
    expect(credential).toEqual({ revoked_at: null });
    expect(await refused(destroyRoom(a.rooms, a.application.appId, "same"))).toMatchObject({ code: "room_not_found" });
  });
});
