import { randomUUID } from "node:crypto";
import { createTenant, TEST_REGION } from "@roombridge/testing";
import { expect, test } from "vitest";
import { refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  beatTurnServer,
  createRoom,
  issueCredential,
  recordTurnSessions,
  revokeCredentials,
  type TurnLimits,
} from "./index.ts";
import { IssueRate } from "./issue-rate.ts";

const suite = useRooms();

async function arena(limits: Partial<TurnLimits>) {
  const { rooms: unlimited } = suite();
  const { database } = unlimited;
  const all = { ...unlimited.turn.limits, ...limits };
  const rooms = {
    ...unlimited,
    turn: { ...unlimited.turn, limits: all },
    issueRate: new IssueRate(all.issuesPerMinute),
  };
  const { application } = await createTenant(database);
  for (const roomId of ["arena", "other"]) {
    await createRoom(rooms, { application, region: TEST_REGION, roomId, needsProcess: false });
  }
  const issue = (playerId?: string, roomId = "arena") =>
    issueCredential(rooms, application, { roomId, ...(playerId === undefined ? {} : { playerId }) });
  return { rooms, database, sql: database.sql, application, issue };
}

test("a room has so many live credentials, its own included, and no more until one ends", async () => {
  const { rooms, sql, application, issue } = await arena({ credentialsPerRoom: 3 });
  const ann = await issue("ann");
  await issue("bob");
  const error = await refused(issue("eve"));
  expect(error).toMatchObject({ code: "turn_limit", message: "room arena has too many TURN credentials" });
  expect(error.retryAfterSeconds).toBe(60);
  await sql`update turn_credentials set expires_at = clock_timestamp() + interval '7 seconds' where username = ${ann.username}`;
  expect((await refused(issue("eve"))).retryAfterSeconds).toBeLessThanOrEqual(7);
  expect((await issue()).playerId).toBeNull();
  await issue("eve", "other");
  await revokeCredentials(rooms, application, { roomId: "arena", username: ann.username });
  await issue("eve");
  await sql`update turn_credentials set expires_at = clock_timestamp() where player_id = 'bob'`;
  await issue("mallory");
});

test("at the limit a player who has four already may still have a fifth, for his first one ends", async () => {
  const { issue } = await arena({ credentialsPerRoom: 5 });
  for (let n = 0; n < 6; n += 1) await issue("ann");
  expect(await refused(issue("bob"))).toMatchObject({ code: "turn_limit" });
});

test("many at once stay within the limit", async () => {
  const { issue } = await arena({ credentialsPerRoom: 5 });
  const answers = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => issue(`player ${n}`)));
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
});

test("a room with so many running sessions admits nobody else, but who is in it can renew", async () => {
  const { sql, database, issue } = await arena({ sessionsPerRoom: 2 });
  const [ann, bob] = [await issue("ann"), await issue("bob")];
  const serverId = randomUUID();
  const relay = { serverId, regions: [], uris: [], realm: "roombridge", version: null, sessions: 2 };
  await beatTurnServer(database, { ...relay, isDraining: false, isHealthy: true, canaryMs: null });
  const session = (username: string, sessionId: string) => ({
    username,
    sessionId,
    ageSeconds: 1,
    receivedBytes: 0,
    sentBytes: 0,
  });
  const sessions = [session(ann.username, "1"), session(bob.username, "2")];
  await recordTurnSessions(database, { serverId, sessions, isComplete: true });
  const error = await refused(issue("eve"));
  expect(error).toMatchObject({
    code: "turn_limit",
    message: "room arena has too many TURN sessions",
    retryAfterSeconds: 5,
  });
  await issue("ann");
  await issue();
  await issue("eve", "other");
  await recordTurnSessions(database, { serverId, sessions: sessions.slice(1), isComplete: true });
  await issue("eve");
  await recordTurnSessions(database, { serverId, sessions, isComplete: true });
  // Nobody knows about sessions of a relay that is gone.
  await sql`update turn_servers set seen_at = '-infinity' where server_id = ${serverId}`;
  await issue("mallory");
});

test("who is refused a fifth keeps the four that he has", async () => {
  const { sql, database, issue } = await arena({ sessionsPerRoom: 1 });
  const four = [await issue("ann"), await issue("ann"), await issue("ann"), await issue("ann")];
  const { username } = await issue("bob");
  const serverId = randomUUID();
  const relay = { serverId, regions: [], uris: [], realm: "roombridge", version: null, sessions: 1 };
  await beatTurnServer(database, { ...relay, isDraining: false, isHealthy: true, canaryMs: null });
  const session = { sessionId: "1", username, ageSeconds: 1, receivedBytes: 0, sentBytes: 0 };
  await recordTurnSessions(database, { serverId, sessions: [session], isComplete: true });
  expect(await refused(issue("ann"))).toMatchObject({ code: "turn_limit" });
  const live = await sql<{ username: string }[]>`
    select username from turn_credentials
     where username = any (${four.map((issued) => issued.username)}::text[]) and expires_at > clock_timestamp()`;
  expect(live).toHaveLength(4);
});

test("credentials of one room may be asked for so often a minute, whatever comes of it", async () => {
  const { issue } = await arena({ issuesPerMinute: 2 });
  await issue();
  await issue("ann");
  const error = await refused(issue("ann"));
  expect(error).toMatchObject({ code: "turn_limit", retryAfterSeconds: 30 });
  await issue("ann", "other");
});
