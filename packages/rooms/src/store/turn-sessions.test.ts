import { randomUUID } from "node:crypto";
import { createTenant, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import {
  beatTurnServer,
  createRoom,
  deadUsernames,
  destroyRoom,
  drawCanary,
  getRelayUsage,
  issueCredential,
  listCredentials,
  recordTurnSessions,
  resumeRoom,
  suspendRoom,
  toRestUsername,
  type TurnSession,
} from "../index.ts";

const suite = useRooms();

/** A room with two players, and a relay that was seen just now. */
async function arena() {
  const { rooms } = suite();
  const { database } = rooms;
  const { application } = await createTenant(database);
  const room = await createRoom(rooms, { application, region: TEST_REGION, roomId: "arena", needsProcess: false });
  const issue = (playerId: string) => issueCredential(rooms, application, { roomId: "arena", playerId });
  const [ann, bob] = [await issue("ann"), await issue("bob")];
  const serverId = `relay-${randomUUID()}`;
  const beat = { regions: [], uris: [], realm: "roombridge", version: null, isDraining: false, canaryMs: null };
  await beatTurnServer(database, { serverId, ...beat, sessions: 0, isHealthy: true });
  const record = (sessions: readonly TurnSession[], isComplete = true) =>
    recordTurnSessions(database, { serverId, sessions, isComplete });
  const session = (username: string, more: Partial<TurnSession> = {}): TurnSession => ({
    sessionId: "000000000000000001",
    username,
    ageSeconds: 10,
    receivedBytes: 1_000,
    sentBytes: 2_000,
    ...more,
  });
  const usage = () => getRelayUsage(rooms, application, "arena");
  const rows = () => database.sql`
    select username, player_id, ended_at is not null as ended, received_bytes::integer as received
      from turn_sessions where server_id = ${serverId} order by started_at`;
  return { rooms, database, sql: database.sql, application, room, ann, bob, serverId, record, session, usage, rows };
}

describe("recordTurnSessions", () => {
  test("sums up what was relayed for a room, by credential and in all", async () => {
    const { rooms, application, room, ann, bob, record, session, usage } = await arena();
    await record([
      session(ann.username),
      session(ann.username, { sessionId: "2", ageSeconds: 20 }),
      session(room.credential.username, { sessionId: "3", ageSeconds: 5, receivedBytes: 5 }),
    ]);
    expect(await usage()).toEqual({ sessions: 3, seconds: 35, receivedBytes: 2_005, sentBytes: 6_000 });
    const listed = await listCredentials(rooms, application, "arena");
    expect(listed.map(({ playerId, sessions, seconds }) => [playerId, sessions, seconds])).toEqual([
      ["bob", 0, 0],
      ["ann", 2, 30],
      [null, 1, 5],
    ]);
    expect(listed[1]).toMatchObject({ username: ann.username, receivedBytes: 2_000, sentBytes: 4_000, state: "live" });
    expect(JSON.stringify(listed)).not.toContain(bob.password);
  });

  test("writing the same again changes nothing, and counters only grow", async () => {
    const { ann, record, session, usage, rows } = await arena();
    await record([session(ann.username)]);
    await record([session(ann.username, { ageSeconds: 11, receivedBytes: 900 })]);
    await record([session(ann.username, { ageSeconds: 9.5, receivedBytes: 1_100 })]);
    expect(await rows()).toHaveLength(1);
    expect(await usage()).toMatchObject({ sessions: 1, receivedBytes: 1_100 });
  });

  test("a session of the same id and user that began later is another one: the relay has restarted", async () => {
    const { ann, record, session, usage } = await arena();
    await record([session(ann.username, { ageSeconds: 100 })]);
    await record([session(ann.username, { ageSeconds: 1, receivedBytes: 10 })]);
    expect(await usage()).toMatchObject({ sessions: 1, receivedBytes: 1_010 });
  });

  test("a report that arrives late, or a step of the database's clock, makes no second session of one", async () => {
    const { ann, record, session, usage, rows } = await arena();
    for (const ageSeconds of [100, 90, 110, 100]) await record([session(ann.username, { ageSeconds })]);
    expect(await rows()).toHaveLength(1);
    expect(await usage()).toMatchObject({ sessions: 1, receivedBytes: 1_000 });
  });

  test("a session of the same id that began at the same time for somebody else is another one", async () => {
    const { ann, bob, record, session, rows } = await arena();
    await record([session(ann.username)]);
    await record([session(bob.username)]);
    expect(await rows()).toEqual([
      { username: ann.username, player_id: "ann", ended: true, received: 1_000 },
      { username: bob.username, player_id: "bob", ended: false, received: 1_000 },
    ]);
  });

  test("what is missing from a complete report has ended; from another one, nothing has", async () => {
    const { ann, bob, record, session, usage } = await arena();
    await record([session(ann.username), session(bob.username, { sessionId: "2" })]);
    await record([session(ann.username)], false);
    expect(await usage()).toMatchObject({ sessions: 2 });
    await record([session(ann.username)]);
    expect(await usage()).toMatchObject({ sessions: 1, receivedBytes: 2_000 });
    await record([]);
    expect(await usage()).toMatchObject({ sessions: 0, receivedBytes: 2_000 });
  });

  test("a session that was cut is written with its last counters, once", async () => {
    const { ann, record, session, rows } = await arena();
    const last = session(ann.username, { receivedBytes: 7_000, hasEnded: true });
    await record([last], false);
    await record([last], false);
    await record([]);
    expect(await rows()).toEqual([{ username: ann.username, player_id: "ann", ended: true, received: 7_000 }]);
  });

  test("knows the usernames of TURN_MODE=rest, and leaves test allocations out", async () => {
    const { ann, record, session, rows } = await arena();
    const username = toRestUsername(ann.username, ann.expiresAt);
    await record([session(username), session(drawCanary("roombridge").username, { sessionId: "2" })]);
    expect(await rows()).toMatchObject([{ username: ann.username, player_id: "ann" }]);
  });

  test("sessions of a relay that has not been seen for a minute do not run any more", async () => {
    const { sql, ann, record, session, usage, serverId } = await arena();
    await record([session(ann.username)]);
    await sql`update turn_servers set seen_at = clock_timestamp() - interval '61 seconds' where server_id = ${serverId}`;
    expect(await usage()).toMatchObject({ sessions: 0, receivedBytes: 1_000 });
  });

  test("two reports of one relay at once count nothing twice", async () => {
    const { ann, record, session, rows } = await arena();
    await Promise.all(Array.from({ length: 5 }, () => record([session(ann.username)])));
    expect(await rows()).toHaveLength(1);
  });

  test("usage outlives the credential and the room", async () => {
    const { rooms, application, sql, ann, record, session, rows, usage } = await arena();
    await record([session(ann.username)]);
    await sql`delete from turn_credentials where username = ${ann.username}`;
    expect(await usage()).toMatchObject({ receivedBytes: 1_000 });
    await destroyRoom(rooms, application.appId, "arena");
    await sql`delete from rooms where app_id = ${application.appId}`;
    expect(await rows()).toHaveLength(1);
  });
});

describe("deadUsernames", () => {
  test("none of a live room, whatever its own credential's age", async () => {
    const { database, sql, room, ann } = await arena();
    await sql`update turn_credentials set expires_at = clock_timestamp() - interval '1 day' where username = ${room.credential.username}`;
    expect(await deadUsernames(database, [room.credential.username, ann.username])).toEqual([]);
  });

  test("a player's a minute after its end, not before", async () => {
    const { database, sql, ann, bob } = await arena();
    const end = (username: string, seconds: number) =>
      sql`update turn_credentials set expires_at = clock_timestamp() - ${seconds} * interval '1 second' where username = ${username}`;
    await end(ann.username, 61);
    await end(bob.username, 30);
    expect(await deadUsernames(database, [ann.username, bob.username])).toEqual([ann.username]);
  });

  test("all of a room while it is suspended, none after it was resumed, all once it is destroyed", async () => {
    const { rooms, database, application, room, ann } = await arena();
    const all = [room.credential.username, ann.username];
    await suspendRoom(rooms, application.appId, "arena");
    expect(await deadUsernames(database, all)).toEqual(all);
    await resumeRoom(rooms, application, "arena");
    expect(await deadUsernames(database, all)).toEqual([]);
    await destroyRoom(rooms, application.appId, "arena");
    expect(await deadUsernames(database, all)).toEqual(all);
    await database.sql`delete from rooms where app_id = ${application.appId}`;
    expect(await deadUsernames(database, all)).toEqual(all);
  });

  test("of an id that is used again, those of the destroyed room only", async () => {
    const { rooms, database, application, room, ann } = await arena();
    await destroyRoom(rooms, application.appId, "arena");
    const again = await createRoom(rooms, { application, region: TEST_REGION, roomId: "arena", needsProcess: false });
    const fresh = await issueCredential(rooms, application, { roomId: "arena", playerId: "ann" });
    const all = [room.credential.username, ann.username, again.credential.username, fresh.username];
    expect(await deadUsernames(database, all)).toEqual(all.slice(0, 2));
  });

  test("what nobody has issued, but never a test allocation; in the form in which they were given", async () => {
    const { database, ann } = await arena();
    const alive = toRestUsername(ann.username, ann.expiresAt);
    const canary = drawCanary("roombridge").username;
    const given = [alive, "1700000000:nobody", ann.username, canary, `1700000000:${canary}`, "nobody", "nobody"];
    expect(await deadUsernames(database, given)).toEqual(["1700000000:nobody", "nobody", "nobody"]);
    expect(await deadUsernames(database, [])).toEqual([]);
  });
});
