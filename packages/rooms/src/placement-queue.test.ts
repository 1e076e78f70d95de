import {
  createDeployment,
  createTenant,
  openTestRooms,
  registerTestHost,
  startCuttingProxy,
  TEST_REGION,
  expectConsistent,
} from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { closeRooms, createRoom, newUuid } from "./index.ts";
import { newRoomKey } from "./ids.ts";
import type { NewRoom, RoomBatch } from "./store/create-rooms.ts";
import { drawUsername } from "./turn-credential.ts";

const suite = useRooms();

async function lane(settings: { roomsPerProcess?: number; maxProcesses?: number } = {}) {
  const { rooms } = suite();
  const { application } = await createTenant(rooms.database);
  await createDeployment(rooms.database, application, settings);
  await registerTestHost(rooms.database);
  const batch: RoomBatch = {
    appId: application.appId,
    deploymentId: undefined,
    needsProcess: true,
    region: TEST_REGION,
    realm: "roombridge",
    keyVersion: "test",
    ttlSeconds: 60,
  };
  return { rooms, application, batch };
}

function newRoom(roomId: string, change: Partial<NewRoom> = {}): NewRoom {
  const roomKey = newRoomKey();
  return {
    roomKey,
    roomId,
    roomConfig: null,
    clientIps: null,
    roomAllocationId: newUuid(),
    processId: newUuid(),
    username: drawUsername(roomKey),
    hmackey: "0".repeat(32),
    ...change,
  };
}

describe("PlacementQueue", () => {
  test("creates of one event-loop turn share one call, and later ones follow in the next", async () => {
    const { rooms, batch } = await lane();
    const xids = async (ids: string[]) =>
      (
        await rooms.database.sql`
        select count(distinct e.xid)::int as n from room_events e where e.type = 'room.created' and payload->>'roomId' = any(${ids}::text[])`
      )[0];
    const together = Array.from({ length: 30 }, (_, n) => `turn-${n}`);
    await Promise.all(together.map((id) => rooms.placement.add(batch, newRoom(id))));
    expect(await xids(together)).toEqual({ n: 1 });
  });

  test("a batch with one bad room fails that room only", async () => {
    const { rooms, batch } = await lane();
    await rooms.placement.add(batch, newRoom("taken"));
    const answers = await Promise.allSettled([
      rooms.placement.add(batch, newRoom("good-1")),
      rooms.placement.add(batch, newRoom("taken")),
      rooms.placement.add(batch, newRoom("zero", { roomConfig: "a\u0000b" })),
      rooms.placement.add(batch, newRoom("bad-key", { hmackey: "not hex" })),
      rooms.placement.add(batch, newRoom("good-2")),
    ]);
    expect(answers.map((answer) => (answer.status === "fulfilled" ? answer.value.outcome : "error"))).toEqual([
      "created",
      "duplicate",
      "error",
      "error",
      "created",
    ]);
    const left = await rooms.database.sql`
      select room_id from rooms where app_id = ${batch.appId} order by room_id`;
    expect(left.map((row) => row["room_id"])).toEqual(["good-1", "good-2", "taken"]);
    await expectConsistent(rooms.database);
  });

  test("two rooms of the same id in a batch for which there is no slot: neither is called a duplicate", async () => {
    const { rooms, batch } = await lane({ maxProcesses: 0 });
    const answers = await Promise.all([
      rooms.placement.add(batch, newRoom("twin")),
      rooms.placement.add(batch, newRoom("twin")),
    ]);
    expect(answers.map(({ outcome, retryAfterSeconds }) => [outcome, retryAfterSeconds])).toEqual([
      ["full", 5],
      ["full", 5],
    ]);
  });

  test("a failed create leaves no room, slot, process or credential", async () => {
    const { rooms, batch } = await lane();
    await expect(rooms.placement.add(batch, newRoom("broken", { hmackey: "not hex" }))).rejects.toThrow("hmackey");
    const [left] = await rooms.database.sql`
      select (select count(*)::int from rooms where app_id = ${batch.appId}) as rooms,
             (select count(*)::int from processes where app_id = ${batch.appId}) as processes`;
    expect(left).toEqual({ rooms: 0, processes: 0 });
  });

  test("idle() waits for what was collected", async () => {
    const { rooms, batch } = await lane();
    const created = rooms.placement.add(batch, newRoom("late"));
    let isSettled = false;
    void created.then(() => (isSettled = true));
    await rooms.placement.idle();
    expect(isSettled).toBe(true);
    await rooms.placement.idle();
  });
});

test("while no database answers, creates that wait behind a batch fail with it instead of queueing up", async () => {
  const rooms = openTestRooms("postgres://nobody@127.0.0.1:9/none");
  onTestFinished(() => closeRooms(rooms));
  const application = { appId: "app-x", orgId: "org-x" };
  const creates = Array.from({ length: 101 }, () => createRoom(rooms, { application, region: TEST_REGION }));
  const answers = await Promise.allSettled(creates);
  const messages = answers.map((answer) => (answer.status === "rejected" ? String(answer.reason) : ""));
  expect(messages[99]).toContain("look the room up");
  expect(messages[100]).toContain("the database does not answer; the room was not created");
});

describe("a connection cut in the middle of a create", () => {
  async function behindProxy(settings: { roomsPerProcess?: number } = {}) {
    const { application } = await lane(settings);
    const proxy = await startCuttingProxy(suite().databaseUrl);
    const rooms = openTestRooms(proxy.url);
    onTestFinished(async () => {
      // postgres.js waits its whole time-out for a connection that was cut.
      await rooms.database.sql.end({ timeout: 0 });
      await proxy.close();
    });
    // The statement is prepared and the connection open before the cut is armed.
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "warm-up" });
    return { rooms, proxy, application };
  }

  const roomsCalled = async (appId: string, roomId: string) =>
    suite().rooms.database.sql`select room_key from rooms where app_id = ${appId} and room_id = ${roomId}`;

  test("after the commit is answered with the room that was made", async () => {
    const { rooms, proxy, application } = await behindProxy();
    proxy.cutNext("cut-after", "before_answer");
    const created = await createRoom(rooms, { application, region: TEST_REGION, roomId: "cut-after" });
    await proxy.cut();
    expect(created.processId).toBeDefined();
    expect(await roomsCalled(application.appId, "cut-after")).toHaveLength(1);
    await expectConsistent(suite().rooms.database);
  });

  test("before the server saw it is answered with an error, and no room exists", async () => {
    const { rooms, proxy, application } = await behindProxy();
    proxy.cutNext("cut-before", "before_request");
    await expect(createRoom(rooms, { application, region: TEST_REGION, roomId: "cut-before" })).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("was not created"),
    });
    expect(await roomsCalled(application.appId, "cut-before")).toHaveLength(0);
    await expectConsistent(suite().rooms.database);
  });

  test("while the server still waits for the pool stays true when the lost call goes on later", async () => {
    const { rooms, proxy, application } = await behindProxy();
    const { sql } = suite().rooms.database;
    let answer: unknown;
    await sql.begin(async (tx) => {
      await tx`select lock_pool(pool_id) from pools where app_id = ${application.appId}`;
      proxy.cutNext("cut-waiting", "after_request");
      answer = await createRoom(rooms, { application, region: TEST_REGION, roomId: "cut-waiting" }).catch(
        (error: unknown) => error,
      );
    });
    expect(answer).toMatchObject({ code: "internal", message: expect.stringContaining("was not created") });
    // The lock is free now: wait until the lost call has ended, then look.
    await sql`select pg_advisory_xact_lock(1, pool_id::int) from pools where app_id = ${application.appId}`;
    expect(await roomsCalled(application.appId, "cut-waiting")).toHaveLength(0);
    await expectConsistent(suite().rooms.database);
  });
});
