import { createTenant, runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { RoomConnectionData } from "@roombridge/models/api";
import { describe, expect, test } from "vitest";
import { asCaller, createGame, read, useGateway, type Game } from "../../test/suite.ts";

const suite = useGateway();

function create(game: Pick<Game, "appId" | "token">, body: unknown, query = "") {
  return suite().app.request(`/rooms/v2/${game.appId}/create${query}`, {
    method: "POST",
    headers: asCaller(game.token),
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

describe("201", () => {
  test("a room on a cold pool is starting, has no exposedPort at all, and carries TURN credentials", async () => {
    const game = await createGame(suite().rooms);
    const response = await create(game, { region: TEST_REGION, roomConfig: '{"name":"my-room"}' });
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { status, body } = await read(response);
    expect(status).toBe(201);
    expect(body).toEqual({
      roomId: expect.stringMatching(/^[0-9a-z]{16}$/),
      processId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "starting",
      additionalExposedPorts: [],
      iceServers: [
        {
          urls: ["turn:127.0.0.1:3478?transport=udp"],
          username: expect.stringMatching(/^[0-9a-z]{16}\.[0-9a-z]{16}$/),
          credential: expect.stringMatching(/^[\w-]{43}$/),
        },
      ],
    });
  });

  test("a room on a running process is active with its port in the same answer", async () => {
    const { rooms } = suite();
    const game = await createGame(rooms);
    await create(game, { region: TEST_REGION });
    await runWaitingProcesses(rooms.database, game.host);
    const { body } = await read(create(game, { region: TEST_REGION }));
    expect(RoomConnectionData.parse(body)).toMatchObject({
      status: "active",
      exposedPort: { host: "127.0.0.1", name: "default", port: expect.any(Number), transportType: "tcp" },
    });
  });

  test("the room has the caller's roomId, which another application may use too", async () => {
    const [other, game] = [await createGame(suite().rooms), await createGame(suite().rooms)];
    const { status, body } = await read(create(game, { region: "Dallas" }, "?roomId=Lobby_1-a"));
    expect([status, RoomConnectionData.parse(body).roomId]).toEqual([201, "Lobby_1-a"]);
    expect((await create(other, { region: "Dallas" }, "?roomId=Lobby_1-a")).status).toBe(201);
  });

  test.each([
    ["unknown keys", { region: TEST_REGION, visibility: "public" }],
    ["an empty roomConfig", { region: TEST_REGION, roomConfig: "" }],
    ["10,000 characters of roomConfig", { region: TEST_REGION, roomConfig: "\u{1F3AE}".repeat(5_000) }],
    ["clientIPs", { region: TEST_REGION, clientIPs: ["123.123.123.123", "2001:db8::1"] }],
  ])("%s is accepted", async (_, body) => {
    expect((await create(await createGame(suite().rooms), body)).status).toBe(201);
  });

  test("10,000 characters of roomConfig fit into the body even if each is escaped", async () => {
    const body = `{"region":"${TEST_REGION}","roomConfig":"${"\\ud83c\\udfae".repeat(5_000)}"}`;
    expect((await create(await createGame(suite().rooms), body)).status).toBe(201);
  });

  test("a deployment may be named", async () => {
    const game = await createGame(suite().rooms);
    expect((await create(game, { region: TEST_REGION, deploymentId: game.deploymentId })).status).toBe(201);
  });

  test("the content type does not matter, the token's scheme may be missing or in any case", async () => {
    const { app, rooms } = suite();
    const { appId, token } = await createGame(rooms);
    for (const authorization of [token, `bearer ${token}`, `BEARER   ${token}`, `Bearer ${token}`]) {
      const headers = { authorization, "content-type": "text/plain" };
      const body = JSON.stringify({ region: TEST_REGION });
      const response = await app.request(`/rooms/v2/${appId}/create`, { method: "POST", headers, body });
      expect(response.status).toBe(201);
    }
  });
});

describe("400", () => {
  test("a live room has this id", async () => {
    const game = await createGame(suite().rooms);
    await create(game, { region: TEST_REGION }, "?roomId=taken");
    const answer = await read(create(game, { region: TEST_REGION }, "?roomId=taken"));
    expect(answer).toEqual({ status: 400, body: { message: "room taken already exists" } });
  });

  test("the application has no deployment", async () => {
    const { rooms } = suite();
    const { application, token } = await createTenant(rooms.database);
    const { status, body } = await read(create({ appId: application.appId, token }, { region: TEST_REGION }));
    expect(status).toBe(400);
    expect(body).toEqual({ message: expect.stringContaining("has no deployment") });
  });
});

describe("401", () => {
  test.each([
    ["missing", undefined],
    ["empty", ""],
    ["only a scheme", "Bearer"],
    ["garbage", "Bearer garbage"],
    ["of another scheme", "Basic dXNlcjpwYXNz"],
  ])("the token is %s", async (_, authorization) => {
    const { app, rooms } = suite();
    const { appId } = await createGame(rooms);
    const headers = authorization === undefined ? {} : { authorization };
    const response = await app.request(`/rooms/v2/${appId}/create`, { method: "POST", headers, body: "{}" });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await read(response)).toEqual({ status: 401, body: { message: expect.any(String) } });
  });
});

describe("404", () => {
  test("an unknown application and another organisation's get the same words", async () => {
    const { rooms } = suite();
    const [mine, foreign] = [await createGame(rooms), await createGame(rooms)];
    const unknown = "app-00000000-0000-0000-0000-000000000000";
    const answers = await Promise.all(
      [unknown, foreign.appId].map(async (appId) => {
        const { status, body } = await read(create({ appId, token: mine.token }, { region: TEST_REGION }));
        return { status, body: JSON.stringify(body).replace(appId, "…") };
      }),
    );
    expect(answers[0]).toEqual({ status: 404, body: '{"message":"no application …"}' });
    expect(answers[1]).toEqual(answers[0]);
  });

  test("an application with U+0000 in its id is unknown, not a database error", async () => {
    const { token } = await createGame(suite().rooms);
    expect((await create({ appId: "app%00", token }, { region: TEST_REGION })).status).toBe(404);
  });

  test("a deployment that is unknown, and one of another application", async () => {
    const { rooms } = suite();
    const [other, game] = [await createGame(rooms), await createGame(rooms)];
    for (const deploymentId of ["dep-unknown", other.deploymentId]) {
      const answer = await read(create(game, { region: TEST_REGION, deploymentId }));
      expect(answer).toEqual({ status: 404, body: { message: `no deployment ${deploymentId}` } });
    }
  });
});

describe("422 names the field", () => {
  test.each([
    ["no body", "", /^body: /],
    ["malformed JSON", "{", /^body: malformed JSON$/],
    ["not an object", "[]", /^body: /],
    ["null", "null", /^body: /],
    ["no region", "{}", /^region: /],
    ["an unknown region", '{"region":"Moon"}', /^region: /],
    ["a region in another case", '{"region":"dallas"}', /^region: /],
    ["a number as region", '{"region":1}', /^region: /],
    ["null as roomConfig", '{"region":"Dallas","roomConfig":null}', /^roomConfig: /],
    ["an object as roomConfig", '{"region":"Dallas","roomConfig":{}}', /^roomConfig: /],
    ["10,001 characters", JSON.stringify({ region: "Dallas", roomConfig: "x".repeat(10_001) }), /^roomConfig: /],
    ["U+0000", '{"region":"Dallas","roomConfig":"a\\u0000b"}', /^roomConfig: must not contain U\+0000/],
    ["a lone surrogate", '{"region":"Dallas","roomConfig":"\\ud800"}', /^roomConfig: .*lone surrogate/],
    ["a number among clientIPs", '{"region":"Dallas","clientIPs":["::1",7]}', /^clientIPs\.1: /],
    ["U+0000 in deploymentId", '{"region":"Dallas","deploymentId":"\\u0000"}', /^deploymentId: /],
    ["two wrong fields", '{"region":1,"roomConfig":2}', /^region: .*; roomConfig: /],
    ["65,537 bytes", `{"region":"Dallas"${" ".repeat(65_537)}}`, /^body: at most 65536 bytes$/],
  ])("%s", async (_, body, message) => {
    const game = await createGame(suite().rooms);
    const answer = await read(create(game, body));
    expect(answer).toEqual({ status: 422, body: { message: expect.stringMatching(message) } });
  });

  test("bytes that are not UTF-8", async () => {
    const { app, rooms } = suite();
    const { appId, token } = await createGame(rooms);
    const body = Buffer.concat([
      Buffer.from('{"region":"Dallas","roomConfig":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const response = await app.request(`/rooms/v2/${appId}/create`, { method: "POST", headers: asCaller(token), body });
    expect(response.status).toBe(422);
  });

  test.each([
    ["an empty roomId", "?roomId="],
    ["101 characters", `?roomId=${"x".repeat(101)}`],
    ["a slash", "?roomId=a%2Fb"],
    ["U+0000", "?roomId=%00"],
    ["a broken percent sign", "?roomId=%zz"],
    ["two of them", "?roomId=a&roomId=b"],
  ])("%s in the query", async (_, query) => {
    const { status, body } = await read(create(await createGame(suite().rooms), { region: TEST_REGION }, query));
    expect([status, body]).toEqual([422, { message: expect.stringMatching(/^roomId: /) }]);
  });
});

describe("429", () => {
  test("all slots are taken: Retry-After says when to come again", async () => {
    const game = await createGame(suite().rooms, { roomsPerProcess: 1, maxProcesses: 1 });
    await create(game, { region: TEST_REGION });
    const response = await create(game, { region: TEST_REGION }, "?roomId=late");
    expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(await read(response)).toEqual({ status: 429, body: { message: expect.stringContaining(TEST_REGION) } });
    const info = await suite().app.request(`/rooms/v2/${game.appId}/info/late`, { headers: asCaller(game.token) });
    expect(info.status).toBe(404);
  });

  test("no host lives in the region", async () => {
    const { rooms } = suite();
    const game = await createGame(rooms);
    await rooms.database.sql`update hosts set beat_at = '-infinity'`;
    expect((await create(game, { region: TEST_REGION })).status).toBe(429);
  });
});
