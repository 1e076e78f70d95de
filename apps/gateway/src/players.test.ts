import { IceServersAnswer, LobbyV3, PlayerToken } from "@roombridge/models/api";
import { closeRooms, getPlayerAccess } from "@roombridge/rooms";
import { createTenant, openTestRooms, TEST_REGION } from "@roombridge/testing";
import { jwtVerify } from "jose";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { openGoogle, signIdToken } from "../test/google.ts";
import { letPlayers, signPlayer } from "../test/players.ts";
import { createGame, read, useGateway } from "../test/suite.ts";
import { createApp } from "./app.ts";
import { openGoogleKeys } from "./google-identity.ts";
import { LOBBIES_PER_HOUR } from "./player-settings.ts";

const suite = useGateway();

/** A game with a room, whose players may do everything, and requests in the name of whoever has the token. */
async function play({ iceServers = true }: { readonly iceServers?: boolean } = {}) {
  const { rooms, app } = suite();
  const game = await createGame(rooms);
  const place = { rooms, game };
  await letPlayers(place, { iceServers });
  const post = (path: string, authorization: string | undefined, body?: object) =>
    read(
      app.request(path.replace("{appId}", game.appId), {
        method: "POST",
        headers: authorization === undefined ? {} : { authorization },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  await post("/rooms/v2/{appId}/create?roomId=room", game.token, { region: TEST_REGION });
  const sign = (claims?: Parameters<typeof signPlayer>[1]) => signPlayer(place, claims);
  return { ...game, rooms, place, post, sign };
}

const CREATE_LOBBY = "/lobby/v3/{appId}/create";
const LOBBY = { region: TEST_REGION, visibility: "public" };

describe("the token of a login", () => {
  test.each([
    ["anonymous", undefined],
    ["nickname", { nickname: "Frodo" }],
  ])("that is %s is signed with the application's secret, and is taken in every form", async (provider, body) => {
    const { appId, rooms, post } = await play();
    const answer = await post(`/auth/v1/{appId}/login/${provider}`, undefined, body);
    const { token } = PlayerToken.parse(answer.body);
    const { appSecret } = await getPlayerAccess(rooms, appId);
    const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(appSecret));
    expect(protectedHeader).toEqual({ alg: "HS256", typ: "JWT" });
    for (const authorization of [token, `Bearer ${token}`, `bearer   ${token}`]) {
      const { status, body: created } = await post(CREATE_LOBBY, authorization, LOBBY);
      expect([status, LobbyV3.parse(created).createdBy]).toEqual([201, payload["id"]]);
    }
  });

  test("is another player's each time, and with Google the same one's", async () => {
    const { appId, rooms, post } = await play();
    const google = await openGoogle();
    onTestFinished(() => google.close());
    const players = { lobbiesPerHour: LOBBIES_PER_HOUR, googleKeys: openGoogleKeys(google.url) };
    const app = createApp({ ...suite(), players });
    const { appSecret } = await getPlayerAccess(rooms, appId);
    const idOf = async (answer: { readonly body: unknown }) => {
      const { token } = PlayerToken.parse(answer.body);
      return (await jwtVerify(token, new TextEncoder().encode(appSecret))).payload["id"];
    };
    const anonymous = [];
    const ofGoogle = [];
    for (let count = 0; count < 3; count += 1) {
      anonymous.push(await idOf(await post("/auth/v1/{appId}/login/anonymous", undefined)));
      const body = JSON.stringify({ idToken: await signIdToken() });
      const init = { method: "POST", body };
      ofGoogle.push(await idOf(await read(app.request(`/auth/v1/${appId}/login/google`, init))));
    }
    expect(new Set(anonymous).size).toBe(3);
    expect(new Set(ofGoogle).size).toBe(1);
    expect(google.requests()).toBe(1);
  });

  test("of Google is none while Google's keys cannot be had: 500, and the log does not have the ID token", async () => {
    const { appId } = await play();
    const google = await openGoogle({ status: 503 });
    onTestFinished(() => google.close());
    const lines: string[] = [];
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const players = { lobbiesPerHour: LOBBIES_PER_HOUR, googleKeys: openGoogleKeys(google.url) };
    const app = createApp({ ...suite(), log, players });
    const idToken = await signIdToken();
    const init = { method: "POST", body: JSON.stringify({ idToken }) };
    expect((await app.request(`/auth/v1/${appId}/login/google`, init)).status).toBe(500);
    expect(lines.join("")).toContain("the keys of Google cannot be had");
    expect(lines.join("")).not.toContain(idToken.split(".")[2]);
  });
});

describe("a TURN credential for a player's token", () => {
  const PATH = "/rooms/v2/{appId}/iceservers/room";

  test.each([
    ["p1", "p1"],
    [7, "7"],
  ])("is that of the player %j, and counts like any other", async (id, playerId) => {
    const { rooms, post, sign } = await play();
    for (const body of [undefined, {}, { playerId, ttlSeconds: 600, region: "Tokyo" }]) {
      const answer = await post(PATH, `Bearer ${await sign({ id })}`, body);
      expect(answer.status).toBe(201);
      expect(IceServersAnswer.parse(answer.body)).toMatchObject({ playerId });
    }
    const { count } = await rooms.database.sql`select from turn_credentials where player_id = ${playerId}`;
    expect(count).toBeGreaterThanOrEqual(3);
  });

  test.each([
    [{ playerId: "p2" }, "playerId: a player's token is good for its own player only"],
    [{ ttlSeconds: 3_601 }, "ttlSeconds: at most 3600 with a player's token"],
  ])("is refused for %j", async (body, message) => {
    const { post, sign } = await play();
    expect(await post(PATH, await sign(), body)).toEqual({ status: 422, body: { message } });
  });

  test("is refused where the application does not allow it, and to players of others", async () => {
    const strict = await play({ iceServers: false });
    const message = "the token is not valid";
    expect(await strict.post(PATH, await strict.sign())).toEqual({ status: 401, body: { message } });
    const { rooms, post } = await play();
    const { application } = await createTenant(rooms.database);
    const foreign = await signPlayer({ rooms, game: application });
    for (const token of [foreign, `${foreign.slice(0, -4)}AAAA`, "a.b.c"]) {
      expect(await post(PATH, token)).toEqual({ status: 401, body: { message } });
    }
    const elsewhere = PATH.replace("{appId}", "app-unknown");
    expect(await post(elsewhere, foreign)).toEqual({ status: 401, body: { message } });
  });

  test("is the only thing that it opens in the room", async () => {
    const { post, sign, appId } = await play();
    const token = await sign();
    for (const path of ["resume/room", "suspend/room", "destroy/room", "update/room", "iceservers/room/revoke"]) {
      expect((await post(`/rooms/v2/{appId}/${path}`, token, {})).status).toBe(401);
    }
    for (const path of ["info/room", "iceservers/room", "list"]) {
      const headers = { authorization: token };
      expect((await suite().app.request(`/rooms/v2/${appId}/${path}`, { headers })).status).toBe(401);
    }
  });

  test("leaves tokens of an organisation alone that look like one", async () => {
    const { rooms, application, post } = await play();
    const token = "an.organisations.token";
    await rooms.database.sql`
      insert into org_tokens (org_token_id, org_id, name, token_hash)
      values ('org-token-jwt', ${application.orgId}, 'dots', sha256(${token}::text::bytea))`;
    const { status, body } = await post(PATH, token);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty("playerId");
  });
});

test("the limit of lobbies is the operator's, and 0 is none", async () => {
  const { databaseUrl, log, lifecycle } = suite();
  const { appId, rooms, sign } = await play();
  const token = await sign({ id: "keen" });
  const { googleKeys } = { googleKeys: openGoogleKeys("http://127.0.0.1:1/") };
  const own = openTestRooms(databaseUrl, { keys: rooms.turn.keys });
  onTestFinished(() => closeRooms(own));
  const create = async (lobbiesPerHour: number) => {
    const app = createApp({ rooms: own, log, lifecycle, players: { lobbiesPerHour, googleKeys } });
    const init = { method: "POST", headers: { authorization: token }, body: JSON.stringify(LOBBY) };
    return (await app.request(CREATE_LOBBY.replace("{appId}", appId), init)).status;
  };
  expect([await create(2), await create(2), await create(2), await create(0), await create(3)]).toEqual([
    201, 201, 429, 201, 429,
  ]);
});
