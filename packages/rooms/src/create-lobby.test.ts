import { expectConsistent, TEST_REGION } from "@roombridge/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { newGame, refused, type Game } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  createLobby,
  createRoom,
  destroyRoom,
  getConnectionInfo,
  getLobby,
  getLobbyByShortCode,
  getRoomCredential,
  issueCredential,
  listPublicLobbies,
  resumeRoom,
  runHousekeeping,
  suspendRoom,
  updateRoomConfig,
  type CreateLobbyInput,
} from "./index.ts";

const suite = useRooms();

interface Lounge extends Game {
  readonly open: (input?: Partial<CreateLobbyInput>) => ReturnType<typeof createLobby>;
  readonly list: (region?: "Tokyo") => Promise<string[]>;
  readonly countLobbies: () => Promise<number>;
}

/** A game whose players may make as many lobbies as they like. */
async function newLounge(settings: Parameters<typeof newGame>[1] = {}): Promise<Lounge> {
  const game = await newGame(suite().rooms, settings);
  const { rooms, application, appId, database } = game;
  const base = { application, playerId: "p1", visibility: "public", region: TEST_REGION, perHour: 0 } as const;
  return {
    ...game,
    open: (input = {}) => createLobby(rooms, { ...base, ...input }),
    list: async (region) => (await listPublicLobbies(rooms, appId, region)).map(({ roomId }) => roomId),
    countLobbies: async () => {
      const [row] = await database.sql`select count(*)::integer as count from lobbies where app_id = ${appId}`;
      return Number(row?.["count"]);
    },
  };
}

describe("a lobby", () => {
  test("is a room with a game server, and what the player has said about it", async () => {
    const { rooms, appId, open, list } = await newLounge();
    const lobby = await open({ roomConfig: "a map", shortCode: "LFG4", roomId: "lobby", playerId: 7 });
    const said = { visibility: "public", createdBy: 7, roomConfig: "a map", shortCode: "LFG4" };
    expect(lobby).toEqual({ appId, roomId: "lobby", region: TEST_REGION, createdAt: expect.any(Date), ...said });
    expect(await getLobby(rooms, appId, "lobby")).toEqual(lobby);
    expect(await getLobbyByShortCode(rooms, appId, "LFG4")).toEqual(lobby);
    expect(await listPublicLobbies(rooms, appId, TEST_REGION)).toEqual([lobby]);
    expect(await list("Tokyo")).toEqual([]);
    expect(await getConnectionInfo(rooms, appId, "lobby", { wake: false })).toMatchObject({ status: "starting" });
    await expectConsistent(rooms.database);
  });

  test("is in the list as long as the configs there are not too long for a gateway", async () => {
    const { database, appId, open, list } = await newLounge();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await open({ roomConfig: "a map" })).roomId);
    expect(await list()).toEqual(ids);
    await database.sql`
      update rooms set room_config = repeat('x', 4 * 1024 * 1024 - 5) where app_id = ${appId} and room_id = ${ids[1] ?? ""}`;
    expect(await list()).toEqual(ids.slice(0, 2));
  });

  test("has a short code of its own when none is given", async () => {
    const { open } = await newLounge();
    const codes = [await open(), await open()].map(({ shortCode }) => shortCode);
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(code).toMatch(/^[0-9a-z]{8}$/);
  });

  test("shows the config that the room has now", async () => {
    const { rooms, appId, open } = await newLounge();
    const { roomId } = await open();
    await updateRoomConfig(rooms, appId, roomId, "another map");
    expect(await getLobby(rooms, appId, roomId)).toMatchObject({ roomConfig: "another map" });
  });

  test("ends with its room; of the others with its code the newest one counts", async () => {
    const { rooms, appId, open, list } = await newLounge();
    const [first, second] = [await open({ shortCode: "x" }), await open({ shortCode: "x" })];
    expect(await getLobbyByShortCode(rooms, appId, "x")).toEqual(second);
    await destroyRoom(rooms, appId, second.roomId);
    expect(await getLobbyByShortCode(rooms, appId, "x")).toEqual(first);
    expect(await list()).toEqual([first.roomId]);
    expect(await refused(getLobby(rooms, appId, second.roomId))).toMatchObject({ code: "room_not_found" });
  });

  test("leaves the list while its room is on no process, and is found all the same", async () => {
    const { rooms, application, appId, open, list } = await newLounge();
    const { roomId } = await open();
    await suspendRoom(rooms, appId, roomId);
    expect(await list()).toEqual([]);
    expect(await getLobby(rooms, appId, roomId)).toMatchObject({ roomId });
    await resumeRoom(rooms, application, roomId);
    expect(await list()).toEqual([roomId]);
  });

  test("that is private or local is not in the list", async () => {
    const { rooms, appId, open, list } = await newLounge();
    for (const visibility of ["private", "local"] as const) {
      const { shortCode } = await open({ visibility });
      expect(await getLobbyByShortCode(rooms, appId, shortCode)).toMatchObject({ visibility });
    }
    expect(await list()).toEqual([]);
  });

  test("is no other application's, and a room that no player has made is none", async () => {
    const { rooms, application, appId, open } = await newLounge();
    const { roomId, shortCode } = await open();
    for (const other of ["app-unknown", ""]) {
      expect(await listPublicLobbies(rooms, other, undefined)).toEqual([]);
      expect(await refused(getLobby(rooms, other, roomId))).toMatchObject({ code: "room_not_found" });
      expect(await refused(getLobbyByShortCode(rooms, other, shortCode))).toMatchObject({ code: "room_not_found" });
    }
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "plain" });
    for (const id of ["plain", "nobody", "a/b", "\u0000", "x".repeat(200)]) {
      expect(await refused(getLobby(rooms, appId, id))).toMatchObject({ code: "room_not_found" });
      expect(await refused(getLobbyByShortCode(rooms, appId, id))).toMatchObject({ code: "room_not_found" });
    }
  });
});

describe("a local lobby", () => {
  test("starts no game server although there is a deployment, and has a credential", async () => {
    const { rooms, application, appId, database, open } = await newLounge();
    const { roomId } = await open({ visibility: "local", roomConfig: "a map" });
    const why = { code: "room_not_found", message: "room has no game server" };
    expect(await refused(getConnectionInfo(rooms, appId, roomId, { wake: true }))).toMatchObject(why);
    const { count } = await database.sql`select from processes where app_id = ${appId}`;
    expect(count).toBe(0);
    expect(await issueCredential(rooms, application, { roomId, playerId: "p1" })).toMatchObject({ roomId });
    await expectConsistent(database);
  });

  test("is not created for an application that has just been deleted", async () => {
    const { appId, database, open, countLobbies } = await newLounge();
    await database.sql`update applications set deleted_at = clock_timestamp() where app_id = ${appId}`;
    const why = { code: "app_not_found", message: `no application ${appId}` };
    expect(await refused(open({ visibility: "local" }))).toMatchObject(why);
    expect(await countLobbies()).toBe(0);
  });

  test("lasts for a day, and a renewal of its credential does not shorten that", async () => {
    const { rooms, application, database, open } = await newLounge();
    const { roomId } = await open({ visibility: "local" });
    await database.sql`update turn_credentials set expires_at = clock_timestamp() + interval '1 minute'`;
    await getRoomCredential(rooms, application, roomId);
    const [row] = await database.sql`
      select extract(epoch from r.expires_at - r.created_at)::double precision as lifetime, c.expires_at > clock_timestamp() + interval '50 minutes' as renewed
        from rooms r join turn_credentials c on c.room_key = r.room_key where r.room_id = ${roomId}`;
    expect(row).toEqual({ lifetime: 86_400, renewed: true });
  });
});

describe("what cannot be created leaves nothing behind, and does not count", () => {
  test.each(["public", "local"] as const)("a %s lobby with the id of a live room", async (visibility) => {
    const { rooms, database, appId, open, countLobbies } = await newLounge();
    await open({ roomId: "taken" });
    const error = await refused(open({ visibility, roomId: "taken", perHour: 2 }));
    expect(error).toMatchObject({ code: "room_exists", message: "room taken already exists" });
    expect(await countLobbies()).toBe(1);
    expect(await getLobby(rooms, appId, "taken")).toMatchObject({ visibility: "public" });
    await open({ visibility, perHour: 2 });
    await expectConsistent(database);
  });

  test("a lobby for which there is no place", async () => {
    const { open, countLobbies } = await newLounge({ roomsPerProcess: 1, maxProcesses: 1 });
    await open();
    expect(await refused(open())).toMatchObject({ code: "no_capacity", retryAfterSeconds: expect.any(Number) });
    expect(await countLobbies()).toBe(1);
  });

  test.each([
    ["an empty short code", { shortCode: "" }],
    ["a short code that is too long", { shortCode: "x".repeat(101) }],
    ["a short code that cannot be stored", { shortCode: "\u0000" }],
    ["a config that cannot be stored", { roomConfig: "\ud800" }],
    ["a room id that is none", { roomId: "a b" }],
  ])("%s", async (_, input) => {
    const { open, countLobbies } = await newLounge();
    for (const visibility of ["private", "local"] as const) {
      expect(await refused(open({ visibility, ...input }))).toMatchObject({ code: "invalid_params" });
    }
    expect(await countLobbies()).toBe(0);
  });
});

describe("a player's limit", () => {
  test("holds also for calls that come at once, and for that player only", async () => {
    const { open, countLobbies } = await newLounge();
    const settled = await Promise.allSettled(Array.from({ length: 12 }, () => open({ perHour: 5, playerId: "7" })));
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(await countLobbies()).toBe(5);
    const error = await refused(open({ perHour: 5, playerId: "7" }));
    expect(error).toMatchObject({ code: "rate_limited", message: "a player may create 5 lobbies in an hour" });
    expect(error.retryAfterSeconds).toBeGreaterThan(3_500);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(3_600);
    await open({ perHour: 5, playerId: 7 });
    await open({ perHour: 5, playerId: "8" });
  });

  test("is over an hour after the oldest of them, also when their rooms are long gone", async () => {
    const { rooms, appId, database, open } = await newLounge();
    const first = await open({ perHour: 2 });
    const second = await open({ perHour: 2 });
    for (const { roomId } of [first, second]) await destroyRoom(rooms, appId, roomId);
    await age("59 minutes", first.shortCode);
    const { retryAfterSeconds } = await refused(open({ perHour: 2 }));
    expect(retryAfterSeconds).toBeGreaterThan(1);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    await age("61 minutes", first.shortCode);
    await open({ perHour: 2 });
    expect(await refused(open({ perHour: 2 }))).toMatchObject({ code: "rate_limited" });

    async function age(howOld: string, shortCode: string) {
      await database.sql`
        update lobbies set created_at = clock_timestamp() - ${howOld}::text::interval
         where app_id = ${appId} and short_code = ${shortCode}`;
    }
  });
});

describe("housekeeping", () => {
  const settings = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };

  beforeEach(async () => {
    await suite().rooms.database.sql`delete from lobbies`;
  });

  test("a lobby whose room never came is not shown, and forgotten after an hour; the others are looked at once", async () => {
    const { rooms, appId, database, open, list, countLobbies } = await newLounge();
    const { roomId } = await open();
    await database.sql`
      insert into lobbies (room_key, app_id, created_by, visibility, short_code)
      values ('lost-key-of-a-room', ${appId}, '"p1"', 'public', 'lost')`;
    expect(await list()).toEqual([roomId]);
    expect(await refused(getLobbyByShortCode(rooms, appId, "lost"))).toMatchObject({ code: "room_not_found" });
    expect(await runHousekeeping(database, settings)).toMatchObject({ lobbies: 0 });
    expect(await countLobbies()).toBe(2);
    await database.sql`update lobbies set created_at = created_at - interval '61 minutes' where app_id = ${appId}`;
    expect(await runHousekeeping(database, settings)).toMatchObject({ lobbies: 2 });
    expect(await runHousekeeping(database, settings)).toMatchObject({ lobbies: 0 });
    expect(await countLobbies()).toBe(1);
    expect(await list()).toEqual([roomId]);
  });

  test("a lobby goes with the tombstone of its room", async () => {
    const { rooms, appId, database, open, countLobbies } = await newLounge();
    const { roomId } = await open();
    await open();
    await destroyRoom(rooms, appId, roomId);
    await database.sql`update rooms set destroyed_at = destroyed_at - interval '25 hours' where room_id = ${roomId}`;
    expect(await runHousekeeping(database, settings)).toMatchObject({ tombstones: 1 });
    expect(await countLobbies()).toBe(1);
  });
});
