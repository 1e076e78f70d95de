import { expectConsistent, openTestRooms, runWaitingProcesses, startCuttingProxy, waitFor } from "@roombridge/testing";
import type { TransactionSql } from "postgres";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { getRoomInfo, resumeRoom, suspendRoom } from "./index.ts";

const suite = useRooms({ ttlSeconds: 3_600 });
afterEach(() => expectConsistent(suite().rooms.database));

/** An active room on a running process. */
async function awake() {
  const game = await newGame(suite().rooms);
  const room = await game.create({ roomId: "bed" });
  await runWaitingProcesses(game.database, game.host);
  const { sql } = game.database;
  const waiting = (count: number) =>
    waitFor(
      async () =>
        (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
          .length >= count,
      { what: `${count} calls wait for a lock` },
    );
  /** Holds what `lock` locks until `call` waits for it, then makes the change and commits. */
  const meanwhile = async <T>(
    lock: (tx: TransactionSql) => Promise<unknown>,
    call: () => Promise<T>,
    change: (tx: TransactionSql) => Promise<unknown>,
  ): Promise<{ readonly answer: Promise<T> }> =>
    sql.begin(async (tx) => {
      await lock(tx);
      const answer = call();
      answer.catch(() => {});
      await waiting(1);
      await change(tx);
      return { answer };
    });
  return { ...game, room, sql, waiting, meanwhile };
}

test("a resume that meets a suspend resumes the room after it, or answers what was before it", async () => {
  const { rooms, application, appId, room, meanwhile } = await awake();
  const { answer } = await meanwhile(
    (tx) => tx`lock table room_allocations in access exclusive mode`,
    () => resumeRoom(rooms, application, "bed"),
    (tx) => tx`select suspend_room(${appId}, 'bed')`,
  );
  expect(await answer).toMatchObject({ processId: room.processId, connection: { status: "active" } });
});

test("a resume that meets a destroy finds no room", async () => {
  const { rooms, application, appId, meanwhile } = await awake();
  const { answer } = await meanwhile(
    (tx) => tx`lock table room_allocations in access exclusive mode`,
    () => resumeRoom(rooms, application, "bed"),
    (tx) => tx`select destroy_rooms(array(select room_key from rooms where app_id = ${appId}), 'destroyed')`,
  );
  expect(await refused(answer)).toMatchObject({ code: "room_not_found" });
});

test("a room that is suspended while its credential is renewed was active when it was asked for", async () => {
  const { rooms, application, appId, room, sql, meanwhile } = await awake();
  await sql`update turn_credentials set expires_at = clock_timestamp() + interval '29 minutes'`;
  const { answer } = await meanwhile(
    (tx) => tx`select from rooms where app_id = ${appId} for update`,
    () => resumeRoom(rooms, application, "bed"),
    (tx) => tx`select suspend_room(${appId}, 'bed')`,
  );
  expect(await answer).toMatchObject({
    processId: room.processId,
    credential: { password: room.credential.password },
  });
});

test("a resume whose answer was lost may be repeated, also when the room was suspended again in between", async () => {
  const { rooms, application, appId, sql, waiting } = await awake();
  await suspendRoom(rooms, appId, "bed");
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const cut = openTestRooms(proxy.url);
  onTestFinished(async () => {
    await cut.database.sql.end({ timeout: 0 });
    await proxy.close();
  });
  proxy.cutNext("\0\0\0\u0003bed", "before_answer");
  const { resumed, suspended } = await sql.begin(async (tx) => {
    await tx`select from rooms where app_id = ${appId} for update`;
    const calls = { resumed: resumeRoom({ ...cut, turn: rooms.turn }, application, "bed") };
    await waiting(1);
    // Next in the queue for the room: it comes as soon as the resume is committed.
    const suspended = suspendRoom(rooms, appId, "bed");
    await waiting(2);
    return { ...calls, suspended };
  });
  await Promise.all([suspended, proxy.cut()]);
  expect(await resumed).toMatchObject({ processId: expect.any(String), connection: { status: "active" } });
  expect(await getRoomInfo(rooms, appId, "bed")).toMatchObject({ state: "active" });
  expect((await getRoomInfo(rooms, appId, "bed")).allocations).toHaveLength(3);
});
