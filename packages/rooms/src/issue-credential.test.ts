import { createTenant, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import {
  createRoom,
  destroyRoom,
  issueCredential,
  longTermKey,
  suspendRoom,
  type IssueCredentialInput,
} from "./index.ts";

const suite = useRooms();

/** A room without a game server; nothing here depends on one. */
async function arena(options: { readonly expires?: boolean } = {}) {
  const { rooms } = suite();
  const { sql } = rooms.database;
  const { application } = await createTenant(rooms.database);
  const room = await createRoom(rooms, { application, region: TEST_REGION, roomId: "arena", needsProcess: false });
  if (!options.expires) await sql`update rooms set expires_at = null where app_id = ${application.appId}`;
  const issue = (input: Omit<IssueCredentialInput, "roomId"> = {}) =>
    issueCredential(rooms, application, { roomId: "arena", ...input });
  /** What coturn would find. */
  const hmackeyOf = async (username: string) => {
    const rows = await sql<{ hmackey: string }[]>`
      select hmackey from coturn.turnusers_lt where name = ${username} and realm = 'roombridge'`;
    return rows.map(({ hmackey }) => hmackey);
  };
  return { rooms, sql, application, appId: application.appId, room, issue, hmackeyOf };
}

describe("a player's credential", () => {
  test("opens a relay from the same moment on, with a username of the room and a name of its own", async () => {
    const { issue, hmackeyOf, room } = await arena();
    const issued = await issue({ playerId: "ann", ttlSeconds: 120 });
    expect(issued).toMatchObject({ roomId: "arena", playerId: "ann", uris: room.credential.uris });
    expect(issued.username.split(".")[0]).toBe(room.credential.username.split(".")[0]);
    expect(issued.username).not.toBe(room.credential.username);
    expect(await hmackeyOf(issued.username)).toEqual([longTermKey(issued.username, "roombridge", issued.password)]);
  });

  test("lasts as long as was asked for, and wants renewal at half of that", async () => {
    const { issue } = await arena();
    const issued = await issue({ playerId: "ann", ttlSeconds: 120 });
    expect(issued.ttlSeconds).toBe(120);
    expect(issued.expiresAt.getTime() - issued.renewAfter.getTime()).toBe(60_000);
    expect((await issue({ playerId: "ann" })).ttlSeconds).toBe(3_600);
  });

  test("lasts no longer than a room that expires", async () => {
    const { issue, sql, appId } = await arena({ expires: true });
    await sql`update rooms set expires_at = clock_timestamp() + interval '100 seconds' where app_id = ${appId}`;
    const { ttlSeconds } = await issue({ playerId: "ann", ttlSeconds: 3_600 });
    expect(ttlSeconds).toBeGreaterThan(80);
    expect(ttlSeconds).toBeLessThanOrEqual(100);
    await sql`update rooms set expires_at = clock_timestamp() where app_id = ${appId}`;
    await expect(issue({ playerId: "ann" })).rejects.toMatchObject({ code: "room_not_found" });
  });

  test("is another one each time; the fifth ends the oldest at once, and nobody else's", async () => {
    const { issue, hmackeyOf } = await arena();
    const other = await issue({ playerId: "bob" });
    const issued = [];
    for (let n = 0; n < 5; n += 1) issued.push(await issue({ playerId: "ann" }));
    expect(new Set(issued.map(({ username }) => username)).size).toBe(5);
    const usable = await Promise.all(issued.map(async ({ username }) => (await hmackeyOf(username)).length));
    expect(usable).toEqual([0, 1, 1, 1, 1]);
    expect(await hmackeyOf(other.username)).toHaveLength(1);
  });

  test.each([
    ["a name of no characters", { playerId: "" }],
    ["a name of 256 characters", { playerId: "x".repeat(256) }],
    ["a name with U+0000", { playerId: "a\u0000" }],
    ["a name with a lone surrogate", { playerId: "\ud800" }],
    ["59 seconds", { playerId: "ann", ttlSeconds: 59 }],
    ["more than a day", { playerId: "ann", ttlSeconds: 86_401 }],
    ["half a second", { ttlSeconds: 60.5 }],
    ["no number", { ttlSeconds: Number.NaN }],
  ])("%s is refused", async (_what, input) => {
    const { issue } = await arena();
    await expect(issue(input)).rejects.toMatchObject({ code: "invalid_params" });
  });

  test.each(["x", "x".repeat(255), "ann smith; drop table rooms", "🎮.:'\"\\"])(
    "a player may be called %j",
    async (playerId) => {
      const { issue } = await arena();
      const issued = await issue({ playerId });
      expect(issued.playerId).toBe(playerId);
      expect(issued.username).toMatch(/^[0-9a-z]{16}\.[0-9a-z]{16}$/);
    },
  );
});

describe("the room's own credential", () => {
  test("is the one that create answered, until half of its life is over", async () => {
    const { issue, room } = await arena();
    const issued = await issue();
    expect(issued).toMatchObject({ ...room.credential, playerId: null });
    expect(issued.ttlSeconds).toBeGreaterThan(3_500);
    expect(issued.renewAfter.getTime()).toBe(room.credential.expiresAt.getTime() - 1_800_000);
  });

  test("is renewed past half of the lifetime that is asked for, with the same username and password", async () => {
    const { issue, room } = await arena();
    const issued = await issue({ ttlSeconds: 86_400 });
    expect(issued).toMatchObject({ username: room.credential.username, password: room.credential.password });
    expect(issued.ttlSeconds).toBeGreaterThan(86_000);
    expect((await issue({ ttlSeconds: 60 })).expiresAt).toEqual(issued.expiresAt);
  });
});

test.each([[{}], [{ playerId: "ann" }]])(
  "no credential of a room that is unknown, suspended or destroyed: %j",
  async (input) => {
    const { rooms, application, appId, issue } = await arena();
    await expect(issueCredential(rooms, application, { roomId: "nowhere", ...input })).rejects.toMatchObject({
      code: "room_not_found",
    });
    await expect(issueCredential(rooms, application, { roomId: "a b", ...input })).rejects.toMatchObject({
      code: "room_not_found",
    });
    const stranger = await createTenant(rooms.database);
    await expect(issueCredential(rooms, stranger.application, { roomId: "arena", ...input })).rejects.toMatchObject({
      code: "room_not_found",
    });
    await suspendRoom(rooms, appId, "arena");
    await expect(issue(input)).rejects.toMatchObject({ code: "room_not_found", message: "room arena is suspended" });
    await destroyRoom(rooms, appId, "arena");
    await expect(issue(input)).rejects.toMatchObject({ code: "room_not_found" });
  },
);
