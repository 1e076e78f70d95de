import { createHmac } from "node:crypto";
import { IceServersAnswer, RoomAllocationData } from "@roombridge/models/api";
import { closeRooms, createRoom as createCoreRoom, type TurnSettings } from "@roombridge/rooms";
import { openTestRooms } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";
import { createApp } from "../app.ts";

const suite = useGateway();
const PATH = "/rooms/v2/{appId}/iceservers/room";

/** A game with the room `room`; `turn` is for a gateway of its own on the same database. */
async function play(turn?: Partial<TurnSettings>) {
  const { rooms, databaseUrl, ...gateway } = suite();
  const game = await createGame(rooms);
  await rooms.database.sql`delete from turn_sessions`;
  await rooms.database.sql`delete from turn_servers`;
  const own = turn && openTestRooms(databaseUrl, { keys: rooms.turn.keys, ...turn });
  if (own) onTestFinished(() => closeRooms(own));
  const caller = callerOf(own ? createApp({ ...gateway, rooms: own }) : suite().app, game);
  const issue = async (body?: object, path = PATH) => {
    const { status, body: answer } = await caller.send("POST", path, body);
    expect(status).toBe(201);
    return IceServersAnswer.parse(answer);
  };
  return { ...game, ...caller, issue, created: await caller.createRoom("room", { region: "Tokyo" }) };
}

async function addRelay(serverId: string, { region = "", uris }: { region?: string; uris: readonly string[] }) {
  await suite().rooms.database.sql`
    insert into turn_servers (server_id, regions, uris, realm, healthy, seen_at)
    values (${serverId}, ${region === "" ? [] : [region]}, ${uris}, 'roombridge', true, clock_timestamp() + interval '1 hour')`;
}

describe("201", () => {
  test("a player's credential, for browsers and for those who read the older form", async () => {
    const { send } = await play();
    const { status, body } = await send("POST", PATH, { playerId: "p1", ttlSeconds: 600 });
    expect(status).toBe(201);
    const { username, password, expiresAt, renewAfter } = IceServersAnswer.parse(body);
    const uris = ["turn:127.0.0.1:3478?transport=udp"];
    expect(body).toEqual({
      iceServers: [{ urls: uris, username, credential: password }],
      username: expect.stringMatching(/^[0-9a-z]{16}\.[0-9a-z]{16}$/),
      password: expect.stringMatching(/^[\w-]{43}$/),
      ttl: 600,
      uris,
      expiresAt: expect.stringMatching(ISO_DATE),
      renewAfter: expect.stringMatching(ISO_DATE),
      playerId: "p1",
    });
    expect(Date.parse(expiresAt) - Date.parse(renewAfter)).toBe(300_000);
  });

  test.each([
    ["no body", undefined],
    ["an empty object", {}],
    ["keys that nobody knows", { player: "p1" }],
  ])("with %s it is the room's own, the one of create and resume, each time", async (_, body) => {
    const { send, issue, created } = await play();
    const answer = await issue(body);
    expect(answer).not.toHaveProperty("playerId");
    expect(answer.iceServers).toEqual(created.iceServers);
    const { username, password } = await issue(body);
    expect([username, password]).toEqual([answer.username, answer.password]);
    const resumed = RoomAllocationData.parse((await send("POST", "/rooms/v2/{appId}/resume/room")).body);
    expect(resumed.iceServers).toEqual(created.iceServers);
  });

  test("past half of its life the room's own is renewed, and keeps its name and password", async () => {
    const { issue } = await play();
    const before = await issue();
    await suite().rooms.database.sql`
      update turn_credentials set expires_at = clock_timestamp() + interval '10 minutes' where username = ${before.username}`;
    const after = await issue();
    expect(after).toMatchObject({ username: before.username, password: before.password });
    expect(after.ttl).toBeGreaterThan(3_500);
    expect(Date.parse(after.renewAfter)).toBeGreaterThan(Date.now() + 1_000_000);
  });

  test("a player who asks again has another one, and other players others", async () => {
    const { issue } = await play();
    const answers = [];
    for (const playerId of ["p1", "p1", "p2"]) answers.push(await issue({ playerId }));
    expect(new Set(answers.map(({ username }) => username)).size).toBe(3);
    expect(new Set(answers.map(({ password }) => password)).size).toBe(3);
  });

  test("it does not outlast a room that expires", async () => {
    const { application, issue } = await play();
    const { rooms } = suite();
    await createCoreRoom(rooms, { application, region: "Tokyo", roomId: "brief", needsProcess: false });
    await rooms.database.sql`
      update rooms set expires_at = clock_timestamp() + interval '100 seconds' where room_id = 'brief' and destroyed_at is null`;
    const { ttl } = await issue({ playerId: "p1" }, "/rooms/v2/{appId}/iceservers/brief");
    expect(ttl).toBeLessThanOrEqual(100);
    expect(ttl).toBeGreaterThan(0);
  });

  test("while no relay is known iceServers and uris are empty", async () => {
    const { issue, created } = await play({ uris: [] });
    expect(created.iceServers).toEqual([]);
    expect(await issue({ playerId: "p1" })).toMatchObject({ iceServers: [], uris: [], username: expect.any(String) });
  });

  test("with a shared secret the name begins with its end, and can be revoked as it was handed out", async () => {
    const { send, issue } = await play({ mode: "rest", restSecret: "a-secret-of-relays" });
    const { username, password, expiresAt } = await issue({ playerId: "p1" });
    expect(username).toMatch(new RegExp(`^${Math.floor(Date.parse(expiresAt) / 1_000)}:[0-9a-z]{16}\\.[0-9a-z]{16}$`));
    expect(password).toBe(createHmac("sha1", "a-secret-of-relays").update(username).digest("base64"));
    const { body } = await send("POST", `${PATH}/revoke`, { username });
    expect(body).toEqual({ revoked: 1 });
  });

  test("relays of the room's region come first, or those of the region that is asked for", async () => {
    const near = ["turn:tokyo:3478?transport=udp", "turn:tokyo:3478?transport=tcp"];
    const far = ["turn:dallas:3478?transport=udp"];
    await suite().rooms.database.sql`delete from turn_servers`;
    const { issue } = await playWithRelays({ Tokyo: near, Dallas: far });
    expect((await issue({ playerId: "p1" })).uris).toEqual([...near, ...far]);
    const { uris, iceServers } = await issue({ playerId: "p1", region: "Dallas" });
    expect(uris).toEqual([...far, near[0]]);
    expect(iceServers).toMatchObject([{ urls: uris }]);
  });

  async function playWithRelays(relays: Readonly<Record<string, readonly string[]>>) {
    // The gateway of the room keeps what it knows of relays for two seconds; one that is new reads them.
    const game = await play();
    for (const [region, uris] of Object.entries(relays)) await addRelay(`relay-${region}`, { region, uris });
    const { rooms, databaseUrl, ...gateway } = suite();
    const own = openTestRooms(databaseUrl, { keys: rooms.turn.keys });
    onTestFinished(() => closeRooms(own));
    const { send } = callerOf(createApp({ ...gateway, rooms: own }), game);
    const issue = async (body: object) => IceServersAnswer.parse((await send("POST", PATH, body)).body);
    return { issue };
  }
});

test("no answer with a password is kept by a cache", async () => {
  const { send } = await play();
  const answers = [
    await send("POST", "/rooms/v2/{appId}/create", { region: "Tokyo" }),
    await send("POST", "/rooms/v2/{appId}/resume/room"),
    await send("POST", PATH, { playerId: "p1" }),
    await send("POST", PATH),
  ];
  for (const { status, headers, body } of answers) {
    expect(status).toBeLessThan(300);
    expect(JSON.stringify(body)).toContain('"credential"');
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

test("401 without a token", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/iceservers/room", { method: "POST" });
  expect(response.status).toBe(401);
});

describe("404", () => {
  test("an unknown room and a destroyed one get the same words", async () => {
    const { send } = await play();
    await send("POST", "/rooms/v2/{appId}/destroy/room");
    expect(await send("POST", PATH)).toMatchObject({ status: 404, body: { message: "no room room" } });
    const unknown = await send("POST", "/rooms/v2/{appId}/iceservers/no", { playerId: "p1" });
    expect(unknown).toMatchObject({ status: 404, body: { message: "no room no" } });
  });

  test("a suspended room issues none, and those of its players are good again when it is resumed", async () => {
    const { send, issue } = await play();
    const { username } = await issue({ playerId: "p1" });
    await send("POST", "/rooms/v2/{appId}/suspend/room");
    const message = "room room is suspended";
    for (const body of [undefined, { playerId: "p1" }]) {
      expect(await send("POST", PATH, body)).toMatchObject({ status: 404, body: { message } });
    }
    await send("POST", "/rooms/v2/{appId}/resume/room");
    const { body } = await send("GET", PATH);
    expect(body).toMatchObject({ credentials: [{ username, state: "live" }, { state: "live" }] });
  });
});

test.each([
  ["malformed JSON", "{", /^body: malformed JSON$/],
  ["a list", "[]", /^body: /],
  ["null", "null", /^body: /],
  ["two wrong fields", '{"playerId":1,"ttlSeconds":"600"}', /^playerId: .*; ttlSeconds: /],
  ["65,537 bytes", `{}${" ".repeat(65_536)}`, /^body: at most 65536 bytes$/],
])("422 for %s", async (_, body, message) => {
  const { appId, token } = await play();
  const headers = { authorization: token };
  const response = await suite().app.request(PATH.replace("{appId}", appId), { method: "POST", headers, body });
  expect([response.status, await response.json()]).toEqual([422, { message: expect.stringMatching(message) }]);
});

describe("429 with Retry-After", () => {
  const limits = { credentialsPerRoom: 1_000, sessionsPerRoom: 0, issuesPerMinute: 0 };

  test("the room has as many credentials as it may have, until one of them ends", async () => {
    const { send, issue } = await play({ limits: { ...limits, credentialsPerRoom: 3 } });
    const [{ username }] = [await issue({ playerId: "p1" }), await issue({ playerId: "p2" })];
    const { status, headers, body } = await send("POST", PATH, { playerId: "p3" });
    expect([status, body]).toEqual([429, { message: "room room has too many TURN credentials" }]);
    expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    await issue();
    await send("POST", `${PATH}/revoke`, { username });
    await issue({ playerId: "p3" });
  });

  test("so many relay sessions run as the room may have; who is in one may renew", async () => {
    const { send, issue } = await play({ limits: { ...limits, sessionsPerRoom: 1 } });
    const { username } = await issue({ playerId: "p1" });
    await addRelay("relay", { uris: [] });
    await suite().rooms.database.sql`
      insert into turn_sessions (server_id, session_id, started_at, username, room_key, player_id, seen_at)
      select 'relay', '1', clock_timestamp(), username, room_key, player_id, clock_timestamp()
        from turn_credentials where username = ${username}`;
    const { status, headers, body } = await send("POST", PATH, { playerId: "p2" });
    expect([status, body]).toEqual([429, { message: "room room has too many TURN sessions" }]);
    expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    await issue({ playerId: "p1" });
  });

  test("it is asked too often for one room; other rooms go on", async () => {
    const { send, issue, createRoom } = await play({ limits: { ...limits, issuesPerMinute: 2 } });
    await createRoom("other");
    await issue();
    await issue({ playerId: "p1" });
    const { status, headers, body } = await send("POST", PATH, { playerId: "p1" });
    expect([status, body]).toEqual([429, { message: "credentials of room room are asked for too often" }]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    await issue({ playerId: "p1" }, "/rooms/v2/{appId}/iceservers/other");
  });
});
