import { createHmac, randomUUID } from "node:crypto";
import { createTenant, openTestRooms, TEST_REGION, waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import {
  beatTurnServer,
  closeRooms,
  createRoom,
  deadUsernames,
  getRoomCredential,
  issueCredential,
  listRooms,
  longTermKey,
  resumeRoom,
  rotateTurnSecret,
  suspendRoom,
  type TurnServerBeat,
  type TurnSettings,
} from "./index.ts";
import { RecentValue } from "./recent-value.ts";

const suite = useRooms();

/** A gateway of its own, with an empty cache. */
async function gateway(options: Partial<TurnSettings> = {}) {
  const rooms = openTestRooms(suite().databaseUrl, options);
  onTestFinished(() => closeRooms(rooms));
  const { application } = await createTenant(rooms.database);
  const create = (roomId = "arena") =>
    createRoom(rooms, { application, region: TEST_REGION, roomId, needsProcess: false });
  return { rooms, sql: rooms.database.sql, application, appId: application.appId, create };
}

describe("the relays of an answer", () => {
  async function relays(realm: string, ...beats: readonly Partial<TurnServerBeat>[]) {
    for (const [n, beat] of beats.entries()) {
      const uris = [`turn:relay-${n}?transport=tcp`, `turn:relay-${n}`];
      await beatTurnServer(suite().rooms.database, {
        serverId: randomUUID(),
        regions: [TEST_REGION],
        realm,
        version: null,
        sessions: 0,
        isDraining: false,
        isHealthy: true,
        canaryMs: 1,
        uris,
        ...beat,
      });
    }
  }

  test("are those that are fit, in create, get, resume and issue alike; the region of the player counts where it is named", async () => {
    const realm = randomUUID();
    await relays(realm, { sessions: 3 }, { regions: ["Tokyo"] }, { isHealthy: false }, { isDraining: true });
    const { rooms, application, appId, create } = await gateway({ realm });
    const near = ["turn:relay-0", "turn:relay-0?transport=tcp", "turn:relay-1"];
    expect((await create()).credential.uris).toEqual(near);
    expect((await getRoomCredential(rooms, application, "arena")).credential.uris).toEqual(near);
    expect((await issueCredential(rooms, application, { roomId: "arena", playerId: "ann" })).uris).toEqual(near);
    const inTokyo = { roomId: "arena", playerId: "ann", region: "Tokyo" } as const;
    expect((await issueCredential(rooms, application, inTokyo)).uris).toEqual([
      "turn:relay-1",
      "turn:relay-1?transport=tcp",
      "turn:relay-0",
    ]);
    await suspendRoom(rooms, appId, "arena");
    expect((await resumeRoom(rooms, application, "arena")).credential.uris).toEqual(near);
  });

  test("are those of TURN_URIS while none is known, and when they cannot be looked up", async () => {
    const { rooms, application, create } = await gateway({ realm: randomUUID(), uris: ["turn:configured"] });
    expect((await create()).credential.uris).toEqual(["turn:configured"]);
    const blind = { ...rooms, turnServers: new RecentValue(() => Promise.reject(new Error("down")), 1_000) };
    expect((await getRoomCredential(blind, application, "arena")).credential.uris).toEqual(["turn:configured"]);
  });

  test("change within two seconds of what the agents tell", async () => {
    const realm = randomUUID();
    const serverId = randomUUID();
    await relays(realm, { serverId });
    const { rooms, application, create } = await gateway({ realm, uris: ["turn:configured"] });
    await create();
    await relays(realm, { serverId, isDraining: true });
    const drainedAt = performance.now();
    await waitFor(
      async () => (await getRoomCredential(rooms, application, "arena")).credential.uris[0] === "turn:configured",
      { what: "the relay to be handed out no more" },
    );
    // Two for the cache, the rest for a busy machine.
    expect(performance.now() - drainedAt).toBeLessThan(6_000);
  });

  test("are looked up beside the create, not before it", async () => {
    const { sql, appId, create } = await gateway();
    let created: ReturnType<typeof create> | undefined;
    await sql.begin(async (tx) => {
      await tx`lock table turn_servers in access exclusive mode`;
      created = create();
      await waitFor(async () => (await sql`select from rooms where app_id = ${appId}`).length === 1, {
        what: "the room, although nobody can say where relays are",
      });
    });
    expect((await created)?.roomId).toBe("arena");
  });
});

describe("a key that has been retired", () => {
  test("is replaced when the room is resumed, and when its credential is issued again", async () => {
    const { rooms, sql, application, appId, create } = await gateway();
    const rotate = (n: number) => ({
      ...rooms,
      turn: { ...rooms.turn, keys: [{ id: `k${n}`, key: Buffer.alloc(32, n) }] as const },
    });
    const { credential: first } = await create();
    await suspendRoom(rooms, appId, "arena");
    const { credential: second } = await resumeRoom(rotate(1), application, "arena");
    const third = await issueCredential(rotate(2), application, { roomId: "arena" });
    expect([second.username, third.username]).toEqual([first.username, first.username]);
    expect(new Set([first.password, second.password, third.password]).size).toBe(3);
    expect(await sql`select hmackey from coturn.turnusers_lt where name = ${first.username}`).toEqual([
      { hmackey: longTermKey(first.username, "roombridge", third.password) },
    ]);
  });

  test("is replaced once when many ask at the same time", async () => {
    const { rooms, application, create } = await gateway();
    await create();
    const rotated = { ...rooms, turn: { ...rooms.turn, keys: [{ id: "new", key: Buffer.alloc(32, 7) }] as const } };
    const asked = Array.from({ length: 5 }, () => getRoomCredential(rotated, application, "arena"));
    expect(new Set((await Promise.all(asked)).map(({ credential }) => credential.password)).size).toBe(1);
  });

  test("does not bring a revoked credential back", async () => {
    const { rooms, sql, application, create } = await gateway();
    const { credential } = await create();
    await sql`update turn_credentials set revoked_at = clock_timestamp() where username = ${credential.username}`;
    const rotated = { ...rooms, turn: { ...rooms.turn, keys: [{ id: "new", key: Buffer.alloc(32, 7) }] as const } };
    await expect(getRoomCredential(rotated, application, "arena")).rejects.toMatchObject({ code: "room_not_found" });
    expect(await sql`select key_version from turn_credentials where username = ${credential.username}`).toEqual([
      { key_version: "test" },
    ]);
  });
});

describe("TURN_MODE=rest", () => {
  const hmac = (secret: string, username: string) => createHmac("sha1", secret).update(username).digest("base64");

  test("hands out the expiry and the stored username, and what the secret makes of them", async () => {
    const { rooms, application, create } = await gateway({ mode: "rest", restSecret: "a secret for the relays" });
    const { credential } = await create();
    const [epoch, stored = ""] = credential.username.split(":");
    expect(Number(epoch)).toBe(Math.floor(credential.expiresAt.getTime() / 1_000));
    expect(stored).toMatch(/^[0-9a-z]{16}\.[0-9a-z]{16}$/);
    expect(credential.password).toBe(hmac("a secret for the relays", credential.username));
    expect((await getRoomCredential(rooms, application, "arena")).credential).toEqual(credential);
    const issued = await issueCredential(rooms, application, { roomId: "arena", playerId: "ann" });
    expect(issued.username).toMatch(/^\d{10}:[0-9a-z]{16}\.[0-9a-z]{16}$/);
    expect(issued.password).toBe(hmac("a secret for the relays", issued.username));
    expect(await listRooms(rooms, application.appId, 1)).toMatchObject([{ username: stored }]);
  });

  test("a suspended room's sessions are still found, to be cut", async () => {
    const { rooms, appId, create } = await gateway({ mode: "rest", restSecret: "a secret for the relays" });
    const { credential } = await create();
    await suspendRoom(rooms, appId, "arena");
    expect(await deadUsernames(rooms.database, [credential.username])).toEqual([credential.username]);
  });

  test("issues with the newest secret of the database that has begun, not with one that is to come", async () => {
    const realm = randomUUID();
    const { database } = suite().rooms;
    const old = await rotateTurnSecret(database, { realm, value: "old", overlapSeconds: 60 });
    const later = new Date(Date.now() + 3_600_000);
    await rotateTurnSecret(database, { realm, value: "later", notBefore: later, overlapSeconds: 60 });
    const before = await gateway({ realm, mode: "rest" });
    const { credential } = await before.create();
    expect(credential.password).toBe(hmac("old", credential.username));
    await rotateTurnSecret(database, { realm, value: "new", overlapSeconds: 60 });
    const after = await gateway({ realm, mode: "rest" });
    const fresh = await after.create();
    expect(fresh.credential.password).toBe(hmac("new", fresh.credential.username));
    const rows = await database.sql<{ value: string; overlapSeconds: number | null }[]>`
      select value, round(extract(epoch from not_after - clock_timestamp()))::integer as "overlapSeconds"
        from turn_secrets where realm = ${realm} order by not_before`;
    expect(rows.map(({ value }) => value)).toEqual(["old", "new", "later"]);
    const [first, second, third] = rows.map(({ overlapSeconds }) => overlapSeconds ?? Infinity);
    expect(first).toBeLessThanOrEqual(60);
    // Its successor is known: an hour, and the overlap.
    expect(second).toBeGreaterThan(3_600);
    expect(second).toBeLessThanOrEqual(3_660);
    expect(third).toBe(Infinity);
    expect(old.getTime()).toBeLessThan(later.getTime());
  });

  test("follows a rotation within five seconds", async () => {
    const realm = randomUUID();
    const { database } = suite().rooms;
    await rotateTurnSecret(database, { realm, value: "old", overlapSeconds: 60 });
    const { rooms, application, create } = await gateway({ realm, mode: "rest" });
    await create();
    await rotateTurnSecret(database, { realm, value: "new", overlapSeconds: 60 });
    const rotatedAt = performance.now();
    await waitFor(
      async () => {
        const { credential } = await getRoomCredential(rooms, application, "arena");
        return credential.password === hmac("new", credential.username);
      },
      { what: "the new secret" },
    );
    expect(performance.now() - rotatedAt).toBeLessThan(9_000);
  });

  test("without a secret no credential is issued to a player", async () => {
    const { rooms, sql, application, create } = await gateway({ realm: randomUUID() });
    await create();
    const rest = { ...rooms, turn: { ...rooms.turn, mode: "rest" as const } };
    const issued = issueCredential(rest, application, { roomId: "arena", playerId: "ann" });
    await expect(issued).rejects.toMatchObject({ code: "internal" });
    expect(
      await sql`select from turn_credentials where realm = ${rooms.turn.realm} and player_id is not null`,
    ).toHaveLength(0);
  });

  test("without a secret nothing is created, and the caller is told nothing of the inside", async () => {
    const { sql, appId, create } = await gateway({ realm: randomUUID(), mode: "rest" });
    await expect(create()).rejects.toMatchObject({ code: "internal" });
    expect(await sql`select from rooms where app_id = ${appId}`).toHaveLength(0);
  });
});
