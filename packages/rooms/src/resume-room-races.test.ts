import { runWaitingProcesses, waitFor } from "@roombridge/testing";
import type { TransactionSql } from "postgres";
import { describe, expect, test } from "vitest";
import { newGame, refused, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { createRoom, getRoomInfo, resumeRoom } from "./index.ts";

const suite = useRooms();

/** Starts a resume of an active room, and has `befall` happen to the room after the resume has seen it active. */
async function resumeWhile<Result>(
  { database, rooms, application }: Game,
  befall: (tx: TransactionSql) => Promise<unknown>,
  read: (resumed: ReturnType<typeof resumeRoom>) => Promise<Result>,
): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  await database.sql.begin(async (tx) => {
    // Of all that a resume touches, the credentials come last.
    await tx`lock table turn_credentials in access exclusive mode`;
    resolve(read(resumeRoom(rooms, application, "busy")));
    const isWaiting = async () =>
      (await tx`select from pg_locks where not granted and relation = 'turn_credentials'::regclass`).length > 0;
    await waitFor(isWaiting, { what: "the resume to have seen the room" });
    await befall(tx);
  });
  return promise;
}

describe("a resume of an active room", () => {
  test("whose process ends at that moment brings the room back", async () => {
    const game = await newGame(suite().rooms);
    const { processId = "" } = await createRoom(game.rooms, { ...game, region: "London", roomId: "busy" });
    await runWaitingProcesses(game.database, game.host);
    const crash = (tx: TransactionSql) => tx`select end_process(${processId}, 'exited', 1, null, '{}', '{}')`;
    const resumed = await resumeWhile(game, crash, (call) => call);
    expect(resumed.processId).toEqual(expect.any(String));
    const { state, currentAllocation } = await getRoomInfo(game.rooms, game.appId, "busy");
    expect([state, currentAllocation?.processId]).toEqual(["active", resumed.processId]);
  });

  test("that is destroyed at that moment finds no room", async () => {
    const game = await newGame(suite().rooms);
    await createRoom(game.rooms, { ...game, region: "London", roomId: "busy" });
    const destroy = (tx: TransactionSql) => tx`
      select destroy_rooms(array(select room_key from rooms where app_id = ${game.appId}), 'destroyed')`;
    expect(await resumeWhile(game, destroy, refused)).toMatchObject({ code: "room_not_found" });
  });
});
