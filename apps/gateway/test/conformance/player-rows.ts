import { createRoom, destroyRoom, type CreateLobbyInput } from "@roombridge/rooms";
import { createTenant, TEST_REGION } from "@roombridge/testing";
import { decodeJwt } from "jose";
import { expect } from "vitest";
import { arrangeRoom, deleteDeployments, loseHosts, type Place } from "../arrange.ts";
import { otherKey, signIdToken } from "../google.ts";
import { arrangeLobby, letPlayers, signPlayer } from "../players.ts";
import { BAD_ROOM_ID, UNFORESEEN } from "./room-rows.ts";
import type { Call, Row } from "./row.ts";

const region = TEST_REGION;
const NOBODY = "app-00000000-0000-0000-0000-000000000000";
const NO_APPLICATION = { message: `no application ${NOBODY}` };

/** A token with these claims; whose signature it has is a test of its own. */
function tokenWith(expected: Readonly<Record<string, unknown>>): unknown {
  return {
    token: expect.toSatisfy((token: string) => {
      expect(decodeJwt(token)).toEqual({ ...expected, iat: expect.any(Number) });
      return true;
    }),
  };
}

interface Login {
  readonly operationId: string;
  readonly name: string;
  readonly login: () => Promise<Call["login"]>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const DRAWN_ID = expect.stringMatching(/^[0-9a-z]{13}$/);
const LOGINS: readonly Login[] = [
  {
    operationId: "LoginAnonymous",
    name: "anonymous",
    login: () => Promise.resolve(undefined),
    claims: { type: "anonymous", id: DRAWN_ID, name: expect.stringMatching(/^[a-z]+-[a-z]+-[a-z]+$/) },
  },
  {
    operationId: "LoginNickname",
    name: "nickname",
    login: () => Promise.resolve({ nickname: "Фродо \u{1F3AE}" }),
    claims: { type: "nickname", id: DRAWN_ID, name: "Фродо \u{1F3AE}" },
  },
  {
    operationId: "LoginGoogle",
    name: "google",
    login: async () => ({ idToken: await signIdToken() }),
    claims: { type: "google", id: "110169484474386276334", name: "Frodo Baggins", email: "frodo@shire.example" },
  },
];

const LOGIN_ROWS: readonly Row[] = [
  ...LOGINS.flatMap(({ operationId, name, login, claims }): Row[] => [
    {
      operationId,
      status: 200,
      when: "the application offers this login",
      async arrange(place) {
        await letPlayers(place);
        return { call: { appId: place.game.appId, login: await login() }, body: tokenWith(claims) };
      },
    },
    {
      operationId,
      status: 404,
      when: "the application does not offer this login",
      async arrange(place) {
        const { appId } = place.game;
        await letPlayers(place, { logins: {} });
        const message = `application ${appId} does not offer the ${name} login`;
        return { call: { appId, login: await login() }, body: { message } };
      },
    },
    {
      operationId,
      status: 404,
      when: "the application is unknown",
      arrange: async () => ({ call: { appId: NOBODY, login: await login() }, body: NO_APPLICATION }),
    },
    {
      operationId,
      status: 404,
      when: "the application is deleted",
      async arrange(place) {
        const { appId } = place.game;
        await letPlayers(place);
        await place.rooms.database.sql`update applications set deleted_at = clock_timestamp() where app_id = ${appId}`;
        return { call: { appId, login: await login() }, body: { message: `no application ${appId}` } };
      },
    },
  ]),
  ...(
    [
      ["empty", ""],
      ["too long", "x".repeat(101)],
      ["one that cannot be stored", "\u0000"],
    ] as const
  ).map(([what, nickname]): Row => ({
    operationId: "LoginNickname",
    status: 422,
    when: `the nickname is ${what}`,
    async arrange(place) {
      await letPlayers(place);
      const body = { message: expect.stringMatching(/^nickname: /) };
      return { call: { appId: place.game.appId, login: { nickname } }, body };
    },
  })),
  {
    operationId: "LoginGoogle",
    status: 422,
    when: "the ID token is empty",
    async arrange(place) {
      await letPlayers(place);
      const body = { message: expect.stringMatching(/^idToken: /) };
      return { call: { appId: place.game.appId, login: { idToken: "" } }, body };
    },
  },
  ...(
    [
      ["is garbage", () => Promise.resolve("garbage")],
      ["has expired", () => signIdToken({ exp: Math.floor(Date.now() / 1_000) - 60 })],
      ["never expires", () => signIdToken({ exp: undefined })],
      ["is for another application", () => signIdToken({ aud: "5678.apps.googleusercontent.example" })],
      ["is not of Google", () => signIdToken({ iss: "https://accounts.example" })],
      ["names nobody", () => signIdToken({ sub: undefined })],
      ["is signed with another key", async () => signIdToken({}, { key: await otherKey() })],
      ["names a key that Google does not have", () => signIdToken({}, { kid: "unknown" })],
    ] as const
  ).map(([what, sign]): Row => ({
    operationId: "LoginGoogle",
    status: 401,
    when: `the ID token ${what}`,
    async arrange(place) {
      await letPlayers(place);
      const call = { appId: place.game.appId, login: { idToken: await sign() } };
      return { call, body: { message: "the ID token is not valid" } };
    },
  })),
];

const LOBBY = { region, visibility: "public" } as const;
const DRAWN = { shortCode: expect.stringMatching(/^[0-9a-z]{8}$/), roomId: expect.stringMatching(/^[0-9a-z]{16}$/) };

async function asPlayer(place: Place, call: Partial<Call>): Promise<Call> {
  return { appId: place.game.appId, playerToken: await signPlayer(place), lobby: LOBBY, ...call };
}

/** A lobby that has just been created. */
function newLobby({ game }: Place, expected: Readonly<Record<string, unknown>>): object {
  const known = { appId: game.appId, createdBy: "p1", createdAt: expect.any(Date), roomConfig: null };
  return { ...known, ...LOBBY, ...DRAWN, ...expected };
}

async function expectProcesses({ rooms, game }: Place, count: number): Promise<void> {
  const rows = await rooms.database.sql`select from processes where app_id = ${game.appId}`;
  expect(rows.count).toBe(count);
}

const CREATE_LOBBY: readonly Row[] = [
  {
    operationId: "CreateLobby",
    status: 201,
    when: "a player wants a public one",
    arrange: async (place) => ({
      call: await asPlayer(place, {}),
      body: newLobby(place, {}),
      verify: () => expectProcesses(place, 1),
    }),
  },
  {
    operationId: "CreateLobby",
    status: 201,
    when: "a player who is a number chooses everything",
    async arrange(place) {
      const lobby = { ...LOBBY, visibility: "private", roomConfig: '{"mode":"duel"}' } as const;
      const names = { roomId: "Lobby_1-a", shortCode: "a/b c?#%" };
      const playerToken = await signPlayer(place, { id: 7, type: "custom" });
      const call = await asPlayer(place, { ...names, lobby, playerToken });
      return { call, body: newLobby(place, { ...lobby, ...names, createdBy: 7 }) };
    },
  },
  {
    operationId: "CreateLobby",
    status: 201,
    when: "the game server is the developer's own: none is started",
    async arrange(place) {
      const lobby = { ...LOBBY, visibility: "local" } as const;
      await deleteDeployments(place);
      return {
        call: await asPlayer(place, { lobby }),
        body: newLobby(place, lobby),
        verify: () => expectProcesses(place, 0),
      };
    },
  },
  {
    operationId: "CreateLobby",
    status: 400,
    when: "a live room has the id",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      return { call: await asPlayer(place, { roomId }), body: { message: `room ${roomId} already exists` } };
    },
  },
  {
    operationId: "CreateLobby",
    status: 400,
    when: "the application has no deployment",
    async arrange(place) {
      await deleteDeployments(place);
      const message = `application ${place.game.appId} has no deployment`;
      return { call: await asPlayer(place, {}), body: { message } };
    },
  },
  ...(
    [
      ["garbage", () => Promise.resolve("garbage")],
      ["the organisation's", ({ game }) => Promise.resolve(game.token)],
      ["of a player without an id", (place) => signPlayer(place, { name: "Frodo" })],
      ["of a player whose id is a list", (place) => signPlayer(place, { id: ["p1"] })],
      ["of a player whose id is empty", (place) => signPlayer(place, { id: "" })],
      ["of a player whose id is too long", (place) => signPlayer(place, { id: "x".repeat(256) })],
      ["of a player whose id cannot be stored", (place) => signPlayer(place, { id: "\u0000" })],
      ["of a player whose id is a fraction", (place) => signPlayer(place, { id: 0.5 })],
      ["over", (place) => signPlayer(place, { id: "p1", exp: 1_700_000_000 })],
      ["signed in another way", (place) => signPlayer(place, { id: "p1" }, { alg: "HS512" })],
      ["not signed at all", () => Promise.resolve(`${part({ alg: "none" })}.${part({ id: "p1" })}.`)],
      [
        "not signed at all, although it says so",
        () => Promise.resolve(`${part({ alg: "HS256" })}.${part({ id: "p1" })}.AA`),
      ],
      ["of another application's player", otherApplicationsPlayer],
    ] satisfies readonly (readonly [string, (place: Place) => Promise<string>])[]
  ).map(([what, sign]): Row => ({
    operationId: "CreateLobby",
    status: 401,
    when: `the token is ${what}`,
    arrange: async (place) => ({
      call: await asPlayer(place, { playerToken: await sign(place) }),
      body: { message: "the player's token is not valid" },
    }),
  })),
  {
    operationId: "CreateLobby",
    status: 404,
    when: "the application is unknown",
    arrange: async (place) => ({ call: await asPlayer(place, { appId: NOBODY }), body: NO_APPLICATION }),
  },
  ...(
    [
      ["the region is none of Hathora's", { lobby: { ...LOBBY, region: "Moon" } }, /^region: /],
      ["the visibility is none of Hathora's", { lobby: { ...LOBBY, visibility: "secret" } }, /^visibility: /],
      ["roomConfig has 10,001 characters", { lobby: { ...LOBBY, roomConfig: "x".repeat(10_001) } }, /^roomConfig: /],
      ["the roomId breaks its rule", { roomId: "a/b c" }, /^roomId: 1 to 100 characters/],
      ["the short code is too long", { shortCode: "x".repeat(101) }, /^shortCode: /],
      ["the short code is empty", { shortCode: "" }, /^shortCode: /],
    ] as const
  ).map(([when, call, message]): Row => ({
    operationId: "CreateLobby",
    status: 422,
    when,
    arrange: async (place) => ({
      call: await asPlayer(place, call as Partial<Call>),
      body: { message: expect.stringMatching(message) },
    }),
  })),
  {
    operationId: "CreateLobby",
    status: 429,
    when: "the player has made ten in the last hour, ended ones too",
    async arrange(place) {
      for (let count = 0; count < 10; count += 1) {
        const { roomId } = await arrangeLobby(place, { visibility: "local" });
        await destroyRoom(place.rooms, place.game.appId, roomId);
      }
      const body = { message: "a player may create 10 lobbies in an hour" };
      return { call: await asPlayer(place, {}), body };
    },
  },
  {
    operationId: "CreateLobby",
    status: 500,
    when: "the database is broken",
    gateway: "broken",
    arrange: async (place) => ({ call: await asPlayer(place, {}), body: UNFORESEEN }),
  },
];

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

async function otherApplicationsPlayer({ rooms, game }: Place): Promise<string> {
  const { application } = await createTenant(rooms.database, game.application.orgId);
  return signPlayer({ rooms, game: application });
}

const FULL: readonly Row[] = [
  ...(["public", "local"] as const).map((visibility): Row => ({
    operationId: "CreateLobby",
    status: 402,
    when: `the application has all the rooms that it may have: a ${visibility} lobby`,
    async arrange(place) {
      await arrangeLobby(place, { visibility });
      await place.rooms.database.sql`update applications set max_rooms = 1 where app_id = ${place.game.appId}`;
      const message = "the application has all the rooms that it may have (maxRooms)";
      return { call: await asPlayer(place, { lobby: { ...LOBBY, visibility } }), body: { message } };
    },
  })),
  {
    operationId: "CreateLobby",
    status: 429,
    when: "no host is alive",
    async arrange(place) {
      await loseHosts(place);
      return { call: await asPlayer(place, {}), body: { message: `no live process host in ${region}` } };
    },
  },
];

/** Two lobbies of two players in two regions; the newer one first. */
async function twoLobbies(place: Place, changes: Partial<CreateLobbyInput> = {}) {
  const older = await arrangeLobby(place, { shortCode: "same", roomConfig: "a map", ...changes });
  const newer = await arrangeLobby(place, { shortCode: "same", playerId: 7, region: "Tokyo", ...changes });
  return [newer, older] as const;
}

const FIND_LOBBY: readonly Row[] = [
  {
    operationId: "ListActivePublicLobbies",
    status: 200,
    when: "there are two, and others that are not for all",
    async arrange(place) {
      const lobbies = await twoLobbies(place);
      await arrangeLobby(place, { visibility: "private" });
      await arrangeLobby(place, { visibility: "local" });
      await arrangeRoom(place);
      return { call: { appId: place.game.appId }, body: lobbies };
    },
  },
  {
    operationId: "ListActivePublicLobbies",
    status: 200,
    when: "those of one region are wanted",
    async arrange(place) {
      const [newer] = await twoLobbies(place);
      return { call: { appId: place.game.appId, region: "Tokyo" }, body: [newer] };
    },
  },
  {
    operationId: "ListActivePublicLobbies",
    status: 200,
    when: "the application is unknown: it has none",
    arrange: () => Promise.resolve({ call: { appId: NOBODY }, body: [] }),
  },
  {
    operationId: "ListActivePublicLobbies",
    status: 200,
    when: "no application can have such an id: it has none either",
    arrange: () => Promise.resolve({ call: { appId: "\u0000" }, body: [] }),
  },
  {
    operationId: "ListActivePublicLobbies",
    status: 422,
    when: "the region is none of Hathora's",
    arrange: (place) =>
      Promise.resolve({
        call: { appId: place.game.appId, region: "Moon" } as unknown as Call,
        body: { message: expect.stringMatching(/^region: /) },
      }),
  },
  {
    operationId: "GetLobbyInfoByRoomId",
    status: 200,
    when: "the room is of a private lobby",
    async arrange(place) {
      const lobby = await arrangeLobby(place, { visibility: "private" });
      return { call: { appId: place.game.appId, roomId: lobby.roomId }, body: lobby };
    },
  },
  {
    operationId: "GetLobbyInfoByRoomId",
    status: 404,
    when: "no player has made the room",
    async arrange(place) {
      const { roomId } = await createRoom(place.rooms, { application: place.game.application, region });
      return { call: { appId: place.game.appId, roomId }, body: { message: `no lobby of room ${roomId}` } };
    },
  },
  {
    operationId: "GetLobbyInfoByRoomId",
    status: 404,
    when: "the room is destroyed",
    async arrange(place) {
      const { roomId } = await arrangeLobby(place);
      await destroyRoom(place.rooms, place.game.appId, roomId);
      return { call: { appId: place.game.appId, roomId }, body: { message: `no lobby of room ${roomId}` } };
    },
  },
  {
    operationId: "GetLobbyInfoByRoomId",
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => Promise.resolve({ call: { appId: place.game.appId, roomId: "a b" }, body: BAD_ROOM_ID }),
  },
  {
    operationId: "GetLobbyInfoByShortCode",
    status: 200,
    when: "two lobbies have the code: the newer one",
    async arrange(place) {
      const [newer] = await twoLobbies(place, { shortCode: "a/b c?#%\u{1F3AE}" });
      return { call: { appId: place.game.appId, shortCode: newer.shortCode }, body: newer };
    },
  },
  ...["unknown", "x".repeat(101), "a/b ?#%"].map((shortCode): Row => ({
    operationId: "GetLobbyInfoByShortCode",
    status: 404,
    when: `no lobby has the code ${shortCode}`,
    arrange: (place) =>
      Promise.resolve({
        call: { appId: place.game.appId, shortCode },
        body: { message: `no lobby ${shortCode.slice(0, 100)}` },
      }),
  })),
];

const PING: readonly Row[] = [
  {
    operationId: "GetPingServiceEndpoints",
    status: 200,
    when: "hosts answer pings, or none does",
    // Which of them is for `listPingEndpoints` to say: a gateway knows them from up to two seconds ago.
    arrange: () => Promise.resolve({ call: { appId: NOBODY }, body: [] }),
  },
];

/** Auth V1, Lobbies V3 and Discovery. */
export const PLAYER_ROWS: readonly Row[] = [...LOGIN_ROWS, ...CREATE_LOBBY, ...FULL, ...FIND_LOBBY, ...PING];
