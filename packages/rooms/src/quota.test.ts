import {
  createDeployment,
  createTenant,
  expectConsistent,
  openTestRooms,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { afterEach, describe, expect, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  closeRooms,
  countProcesses,
  createProcess,
  createRoom,
  destroyRoom,
  endProcess,
  registerStaticProcess,
  resumeRoom,
  runHousekeeping,
  stopProcess,
  suspendRoom,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

/** A game of one room per process that may have so many processes. */
async function limited(quota: number) {
  const game = await newGame(suite().rooms, { roomsPerProcess: 1 });
  const setQuota = async (value: number | null) =>
    void (await game.database.sql`update applications set max_processes = ${value} where app_id = ${game.appId}`);
  await setQuota(quota);
  return { ...game, setQuota };
}

const REFUSAL = {
  code: "quota_exceeded",
  message: "the application has all the game servers that it may have (maxProcesses)",
  retryAfterSeconds: undefined,
};

describe("an application that may have so many processes", () => {
  test("gets no more, in whatever region and by whatever deployment, and is told why", async () => {
    const { rooms, database, application, appId, deploymentId, create } = await limited(2);
    await create();
    await create({ region: "Tokyo" });
    expect(await refused(create())).toMatchObject(REFUSAL);
    await createDeployment(database, application, { roomsPerProcess: 1 });
    expect(await refused(create())).toMatchObject(REFUSAL);
    expect(await refused(create({ deploymentId, region: "Dallas" }))).toMatchObject(REFUSAL);
    expect(await refused(createProcess(rooms, application, "Dallas"))).toMatchObject(REFUSAL);
    expect(await countProcesses(rooms, appId, {})).toBe(2);
  });

  test("may have as many again as have ended", async () => {
    const { rooms, database, host, application, appId, create } = await limited(1);
    const first = await create();
    await runWaitingProcesses(database, host);
    await suspendRoom(rooms, appId, first.roomId);
    const second = await create();
    expect(second.processId).toBe(first.processId);
    expect(await refused(resumeRoom(rooms, application, first.roomId))).toMatchObject(REFUSAL);
    await stopProcess(rooms, appId, second.processId ?? "");
    expect(await refused(resumeRoom(rooms, application, first.roomId))).toMatchObject(REFUSAL);
    await endProcess(database, { processId: second.processId ?? "", reason: "exited", exitCode: 0 });
    expect((await resumeRoom(rooms, application, first.roomId)).processId).not.toBe(first.processId);
  });

  test("keeps what it has when the number is lowered, and has no limit without one", async () => {
    const { rooms, appId, create, setQuota } = await limited(3);
    for (let n = 0; n < 3; n += 1) await create();
    await setQuota(1);
    expect(await countProcesses(rooms, appId, {})).toBe(3);
    expect(await refused(create())).toMatchObject(REFUSAL);
    await setQuota(null);
    await create();
  });

  test("does not exceed it, however many ask at once and in however many regions", async () => {
    const { rooms, appId, create } = await limited(3);
    const regions = ["Tokyo", "Dallas", TEST_REGION, "London"] as const;
    const calls = await Promise.allSettled(
      Array.from({ length: 24 }, (_, n) => create({ region: regions[n % regions.length] ?? TEST_REGION })),
    );
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(await countProcesses(rooms, appId, {})).toBe(3);
  });

  test("leaves others alone, and servers that registered themselves out of account", async () => {
    const { rooms, database, application, create } = await limited(1);
    await registerStaticProcess(rooms, {
      application,
      name: "mine",
      region: "Tokyo",
      exposedPort: { host: "203.0.113.7", name: "default", port: 7777, transportType: "tcp" },
    });
    await create();
    await create({ region: "Tokyo" });
    expect(await refused(create({ region: "Tokyo" }))).toMatchObject(REFUSAL);
    const other = await createTenant(database);
    await createDeployment(database, other.application);
    await createRoom(rooms, { application: other.application, region: TEST_REGION });
  });

  test("has no more warm ones either", async () => {
    const { database, appId } = await limited(2);
    await database.sql`update deployments set warm_processes = case when app_id = ${appId} then 5 else 0 end`;
    const { warmProcesses } = await runHousekeeping(database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 });
    expect(warmProcesses).toBe(2);
    await database.sql`update deployments set warm_processes = 0`;
  });
});

const ROOMS_REFUSAL = {
  code: "quota_exceeded",
  message: "the application has all the rooms that it may have (maxRooms)",
  retryAfterSeconds: undefined,
};

/** A game that may have so many rooms. */
async function limitedRooms(quota: number) {
  const game = await newGame(suite().rooms, { roomsPerProcess: 1_000 });
  const setQuota = async (value: number | null) =>
    void (await game.database.sql`update applications set max_rooms = ${value} where app_id = ${game.appId}`);
  await setQuota(quota);
  return { ...game, setQuota };
}

describe("an application that may have so many rooms", () => {
  test("gets no more, in whatever region, and is told why; destroying one makes a place", async () => {
    const { rooms, appId, create } = await limitedRooms(2);
    const { roomId } = await create();
    await create({ region: "Tokyo" });
    expect(await refused(create())).toMatchObject(ROOMS_REFUSAL);
    expect(await refused(create({ region: "Dallas" }))).toMatchObject(ROOMS_REFUSAL);
    await destroyRoom(rooms, appId, roomId);
    await create({ roomId });
    expect(await refused(create())).toMatchObject(ROOMS_REFUSAL);
  });

  test("is told of a duplicate all the same, which takes no place", async () => {
    const { create } = await limitedRooms(2);
    await create({ roomId: "taken" });
    expect(await refused(create({ roomId: "taken" }))).toMatchObject({ code: "room_exists" });
    await create();
    expect(await refused(create({ roomId: "taken" }))).toMatchObject({ code: "room_exists" });
    expect(await refused(create({ roomId: "free" }))).toMatchObject(ROOMS_REFUSAL);
  });

  test("resumes what it has, also when it has too many", async () => {
    const { rooms, application, appId, create, setQuota } = await limitedRooms(2);
    const { roomId } = await create();
    await create();
    await suspendRoom(rooms, appId, roomId);
    expect(await refused(create())).toMatchObject(ROOMS_REFUSAL);
    await setQuota(1);
    expect((await resumeRoom(rooms, application, roomId)).processId).toBeDefined();
    expect(await refused(create())).toMatchObject(ROOMS_REFUSAL);
    await setQuota(null);
    await create();
  });

  test("has them counted now and then, not at each create", async () => {
    const { database, appId, create } = await limitedRooms(100);
    const { sql } = database;
    const atMost = async () => {
      const [row] = await sql<
        { atMost: number }[]
      >`select at_most as "atMost" from room_counts where app_id = ${appId}`;
      return row?.atMost;
    };
    await create();
    expect(await atMost()).toBe(1);
    await sql`update room_counts set at_most = 50 where app_id = ${appId}`;
    await create();
    expect(await atMost()).toBe(51);
    // When there seems to be no place left, and when the count is old or of another time.
    for (const outdated of [
      sql`at_most = 100`,
      sql`counted_at = counted_at - interval '11 seconds'`,
      sql`counted_at = counted_at + interval '1 hour'`,
      sql`max_rooms = 99`,
    ]) {
      await sql`update room_counts set at_most = 50 where app_id = ${appId}`;
      await sql`update room_counts set ${outdated} where app_id = ${appId}`;
      await create();
      const [row] = await sql`select count(*)::integer as count from rooms where app_id = ${appId}`;
      expect(await atMost()).toBe(row?.["count"]);
    }
  });

  test("may have rooms without a game server within it, and none with a quota of 0", async () => {
    const { database, appId, create, setQuota } = await limitedRooms(1);
    await database.sql`update deployments set deleted_at = clock_timestamp() where app_id = ${appId}`;
    await create({ needsProcess: false });
    expect(await refused(create({ needsProcess: false }))).toMatchObject(ROOMS_REFUSAL);
    await setQuota(0);
    expect(await refused(create({ needsProcess: false }))).toMatchObject(ROOMS_REFUSAL);
  });

  test("does not exceed it in one batch, in which some ids come twice and one is taken", async () => {
    const { create } = await limitedRooms(4);
    await create({ roomId: "taken" });
    const ids = ["a", "b", "a", "taken", "c", "d", "d", "e"];
    const answers = await Promise.all(
      ids.map((roomId) =>
        create({ roomId }).then(
          () => "created",
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    );
    const full = "quota_exceeded";
    expect(answers).toEqual(["created", "created", "room_exists", "room_exists", "created", full, full, full]);
  });

  test("does not exceed it, however many ask at once, in however many regions and through whatever gateway", async () => {
    const { database, appId, application, create } = await limitedRooms(10);
    const regions = ["Tokyo", "Dallas", TEST_REGION, "London"] as const;
    const regionOf = (n: number) => regions[n % regions.length] ?? TEST_REGION;
    const other = openTestRooms(suite().databaseUrl);
    const calls = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) =>
        n % 2 === 0 ? create({ region: regionOf(n) }) : createRoom(other, { application, region: regionOf(n >> 1) }),
      ),
    );
    await closeRooms(other);
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    const [row] =
      await database.sql`select count(*)::int as n from rooms where app_id = ${appId} and destroyed_at is null`;
    expect(row).toEqual({ n: 10 });
  });
});
