import { openTestRooms, startCuttingProxy, TEST_REGION, type CuttingProxy } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { newGame } from "../../test/game.ts";
import { useRooms } from "../../test/setup.ts";
import { closeRooms, createRoom, getRoomInfo, type RoomsContext } from "../index.ts";
import { isConnectionError } from "./database.ts";

const suite = useRooms();

/** Rooms behind a proxy that can fall silent; a connection without an answer is given up after two to three seconds. */
async function behindProxy(): Promise<{ readonly proxy: CuttingProxy; readonly distant: RoomsContext }> {
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const distant = openTestRooms(proxy.url, {}, { answerTimeoutSeconds: 2, maxConnections: 2 });
  onTestFinished(async () => {
    await closeRooms(distant);
    await proxy.close();
  });
  return { proxy, distant };
}

const pidOf = async ({ database }: RoomsContext) => {
  const [row] = await database.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid;
};

// Without `answer_timeout` of patches/postgres@3.4.9.patch nothing here ever settles.
describe("a database that falls silent", () => {
  test("fails what was asked of it, also what stood in line on the connection, and is asked anew on another one", async () => {
    const { proxy, distant } = await behindProxy();
    const { sql } = distant.database;
    await Promise.all([pidOf(distant), pidOf(distant)]);
    proxy.silenceAll();
    proxy.speak();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => sql`select ${n}::integer`));
    const reasons = asked.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(reasons.length).toBeGreaterThan(1);
    expect(reasons.every(isConnectionError)).toBe(true);
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  });

  test("fails a transaction between two of its statements", async () => {
    const { proxy, distant } = await behindProxy();
    const error = await distant.database.sql
      .begin(async (tx) => {
        await tx`select 1`;
        proxy.silenceAll();
        proxy.speak();
        await tx`select 2`;
      })
      .catch((reason: unknown) => reason);
    expect(isConnectionError(error)).toBe(true);
    expect(await pidOf(distant)).toBeTypeOf("number");
  });

  test("does not cost an idle connection, nor one with a slow statement", async () => {
    const { distant } = await behindProxy();
    const slow = openTestRooms(suite().databaseUrl, {}, { answerTimeoutSeconds: 6, maxConnections: 1 });
    onTestFinished(() => closeRooms(slow));
    const before = await Promise.all([pidOf(distant), pidOf(slow)]);
    await slow.database.sql`select pg_sleep(3.5)`;
    expect(before).toContain(await pidOf(distant));
    expect(before).toContain(await pidOf(slow));
  });

  test("loses no room: a create whose answer was swallowed is answered with the truth", async () => {
    const { proxy, distant } = await behindProxy();
    const { application, appId, rooms } = await newGame(suite().rooms);
    proxy.silenceNext("swallowed-answer");
    const room = await createRoom(distant, { application, region: TEST_REGION, roomId: "swallowed-answer" });
    expect(room.processId).toBeDefined();
    expect(await getRoomInfo(rooms, appId, room.roomId)).toMatchObject({ status: "active" });
  });
});
