import { createDeployment, createTenant, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { createRoom, destroyRoom, getRoomCredential, listRooms, longTermKey } from "./index.ts";

const suite = useRooms({ ttlSeconds: 3_600 });

async function game() {
  const { rooms } = suite();
  const tenant = await createTenant(rooms.database);
  await createDeployment(rooms.database, tenant.application);
  await registerTestHost(rooms.database);
  const room = await createRoom(rooms, { application: tenant.application, region: TEST_REGION, roomId: "arena" });
  return { rooms, sql: rooms.database.sql, ...tenant, room };
}

describe("getRoomCredential", () => {
  test("answers the credential that create issued, and writes nothing before half of its life is over", async () => {
    const { rooms, sql, application, room } = await game();
    const before = await sql`select xmin::text, * from turn_credentials where username = ${room.credential.username}`;
    expect(await getRoomCredential(rooms, application, "arena")).toEqual({
      roomId: "arena",
      credential: room.credential,
    });
    expect(await sql`select xmin::text, * from turn_credentials where username = ${room.credential.username}`).toEqual(
      before,
    );
  });

  test("past half of its life it lasts longer, with the same username and password", async () => {
    const { rooms, sql, application, room } = await game();
    await sql`update turn_credentials set expires_at = clock_timestamp() + interval '29 minutes' where username = ${room.credential.username}`;
    const { credential } = await getRoomCredential(rooms, application, "arena");
    expect(credential).toMatchObject({ username: room.credential.username, password: room.credential.password });
    const leftSeconds = (credential.expiresAt.getTime() - Date.now()) / 1_000;
    expect(leftSeconds).toBeGreaterThan(3_500);
    expect(leftSeconds).toBeLessThan(3_700);
  });

  test("an expired credential of a live room is renewed", async () => {
    const { rooms, sql, application, room } = await game();
    await sql`update turn_credentials set expires_at = clock_timestamp() - interval '1 minute' where username = ${room.credential.username}`;
    expect(await sql`select from coturn.turnusers_lt where name = ${room.credential.username}`).toHaveLength(0);
    await getRoomCredential(rooms, application, "arena");
    expect(await sql`select from coturn.turnusers_lt where name = ${room.credential.username}`).toHaveLength(1);
  });

  test("renewal prolongs a room that expires with its credential", async () => {
    const { rooms, sql } = await game();
    const { application } = await createTenant(rooms.database);
    const room = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    await sql`update turn_credentials set expires_at = clock_timestamp() + interval '1 minute' where username = ${room.credential.username}`;
    await sql`update rooms set expires_at = clock_timestamp() + interval '1 minute' where room_id = ${room.roomId}`;
    const { credential } = await getRoomCredential(rooms, application, room.roomId);
    const [row] = await sql<
      { expiresAt: Date }[]
    >`select expires_at as "expiresAt" from rooms where room_id = ${room.roomId}`;
    expect(row?.expiresAt).toEqual(credential.expiresAt);
  });

  test.each([
    ["an unknown room", "nowhere"],
    ["an odd id", "a b"],
    ["an id with U+0000", "a\u0000"],
  ])("%s is not found", async (_what, roomId) => {
    const { rooms, application } = await game();
    await expect(getRoomCredential(rooms, application, roomId)).rejects.toMatchObject({ code: "room_not_found" });
  });

  test("a destroyed room is not found, a suspended one neither", async () => {
    const { rooms, sql, application } = await game();
    await sql`update rooms set state = 'suspended' where room_id = 'arena' and app_id = ${application.appId}`;
    await expect(getRoomCredential(rooms, application, "arena")).rejects.toMatchObject({
      message: "room arena is suspended",
    });
    await sql`update rooms set state = 'active' where room_id = 'arena' and app_id = ${application.appId}`;
    await destroyRoom(rooms, application.appId, "arena");
    await expect(getRoomCredential(rooms, application, "arena")).rejects.toMatchObject({ code: "room_not_found" });
  });

  test("finds a room of a sister application, its own first, and never another organisation's", async () => {
    const { rooms, application, room } = await game();
    const sister = await createTenant(rooms.database, application.orgId);
    const stranger = await createTenant(rooms.database);
    const found = await getRoomCredential(rooms, sister.application, "arena");
    expect(found.credential.username).toBe(room.credential.username);
    await expect(getRoomCredential(rooms, stranger.application, "arena")).rejects.toMatchObject({
      code: "room_not_found",
    });
    const own = await createRoom(rooms, {
      application: sister.application,
      region: TEST_REGION,
      roomId: "arena",
      needsProcess: false,
    });
    expect((await getRoomCredential(rooms, sister.application, "arena")).credential.username).toBe(
      own.credential.username,
    );
  });

  test("a credential whose key has been retired keeps its username and gets the password of the new key", async () => {
    const { rooms, sql, application, room } = await game();
    const rotated = { ...rooms, turn: { ...rooms.turn, keys: [{ id: "new", key: Buffer.alloc(32, 1) }] as const } };
    const { credential } = await getRoomCredential(rotated, application, "arena");
    expect(credential.username).toBe(room.credential.username);
    expect(credential.password).not.toBe(room.credential.password);
    expect(await sql`select hmackey from coturn.turnusers_lt where name = ${credential.username}`).toEqual([
      { hmackey: longTermKey(credential.username, "roombridge", credential.password) },
    ]);
    expect(await getRoomCredential(rotated, application, "arena")).toMatchObject({ credential });
  });

  test("a key that no longer issues still opens what it issued", async () => {
    const { rooms, application, room } = await game();
    const [old] = rooms.turn.keys;
    const rotated = {
      ...rooms,
      turn: { ...rooms.turn, keys: [{ id: "new", key: Buffer.alloc(32, 1) }, old] as const },
    };
    expect((await getRoomCredential(rotated, application, "arena")).credential).toEqual(room.credential);
  });
});

describe("listRooms", () => {
  test("lists live rooms newest first, cut at the limit, without passwords", async () => {
    const { rooms, application } = await game();
    for (const roomId of ["two", "three"]) await createRoom(rooms, { application, region: TEST_REGION, roomId });
    await destroyRoom(rooms, application.appId, "two");
    const listed = await listRooms(rooms, application.appId, 10);
    expect(listed.map((room) => room.roomId).sort()).toEqual(["arena", "three"]);
    expect(JSON.stringify(listed)).not.toContain("password");
    expect(await listRooms(rooms, application.appId, 1)).toHaveLength(1);
  });
});
