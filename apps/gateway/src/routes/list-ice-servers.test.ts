import { CredentialList, IceServersAnswer } from "@roombridge/models/api";
import { describe, expect, test } from "vitest";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const PATH = "/rooms/v2/{appId}/iceservers/room";

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  const caller = callerOf(app, game);
  const issue = async (body: object) => IceServersAnswer.parse((await caller.send("POST", PATH, body)).body);
  return { ...game, ...caller, issue, created: await caller.createRoom("room") };
}

describe("200", () => {
  test("player, times, state and usage of each, newest first", async () => {
    const { send, issue, created } = await play();
    const { username } = await issue({ playerId: "p1" });
    const unused = { sessions: 0, seconds: 0, receivedBytes: 0, sentBytes: 0 };
    const date = expect.stringMatching(ISO_DATE);
    const common = { issuedAt: date, expiresAt: date, state: "live", ...unused };
    const { status, body } = await send("GET", PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      credentials: [
        { username, playerId: "p1", ...common },
        { username: created.iceServers[0]?.username, playerId: null, ...common },
      ],
      usage: unused,
    });
  });

  test("parts of seconds are rounded, and the room's usage has credentials that are forgotten", async () => {
    const { send, issue } = await play();
    const { username } = await issue({ playerId: "p1" });
    const { sql } = suite().rooms.database;
    await sql`
      insert into turn_sessions (server_id, session_id, started_at, username, room_key, player_id, seen_at, ended_at,
                                 received_bytes, sent_bytes)
      select 'relay', name, now(), name, c.room_key, c.player_id, now(), now() + interval '1.6 seconds', 4000000000, 1
        from turn_credentials c, (values (${username}), ('forgotten')) session (name) where c.username = ${username}`;
    const { credentials, usage } = CredentialList.parse((await send("GET", PATH)).body);
    expect(credentials[0]).toMatchObject({ username, sessions: 0, seconds: 2, receivedBytes: 4e9, sentBytes: 1 });
    expect(usage).toEqual({ sessions: 0, seconds: 3, receivedBytes: 8e9, sentBytes: 2 });
  });

  test("no password and no hmackey is in it", async () => {
    const { send, issue, created } = await play();
    const { password } = await issue({ playerId: "p1" });
    const text = JSON.stringify((await send("GET", PATH)).body);
    const stored = await suite().rooms.database.sql<{ hmackey: string }[]>`select hmackey from turn_credentials`;
    const secrets = [password, created.iceServers[0]?.credential, ...stored.map(({ hmackey }) => hmackey)];
    expect(secrets.filter((secret) => secret === undefined || text.includes(secret))).toEqual([]);
  });

  test("a suspended room lists too", async () => {
    const { send, created } = await play();
    await send("POST", "/rooms/v2/{appId}/suspend/room");
    const [{ username } = { username: "" }] = created.iceServers;
    expect((await send("GET", PATH)).body).toMatchObject({ credentials: [{ username, state: "suspended" }] });
  });
});

test("401 without a token", async () => {
  expect((await suite().app.request("/rooms/v2/app-1/iceservers/room")).status).toBe(401);
});

test("404 for an unknown room, and for a destroyed one", async () => {
  const { send } = await play();
  await send("POST", "/rooms/v2/{appId}/destroy/room");
  for (const roomId of ["room", "unknown"]) {
    const answer = await send("GET", `/rooms/v2/{appId}/iceservers/${roomId}`);
    expect(answer).toMatchObject({ status: 404, body: { message: `no room ${roomId}` } });
  }
});

test("422 for what cannot be a roomId", async () => {
  const { send } = await play();
  const { status, body } = await send("GET", "/rooms/v2/{appId}/iceservers/a%20b");
  expect([status, body]).toEqual([422, { message: expect.stringMatching(/^roomId: /) }]);
});
