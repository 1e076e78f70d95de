import { issueCredential, suspendRoom } from "@roombridge/rooms";
import { expect } from "vitest";
import {
  arrangeDestroyedRoom,
  arrangeRoom,
  arrangeRoomWithoutProcess,
  arrangeRunningRoom,
  arrangeSuspendedRoom,
  arrangeUnscheduledRoom,
  type Place,
} from "../arrange.ts";
import { ICE_SERVER, ICE_SERVERS } from "./expected.ts";
import { arranged, BAD_ROOM_ID, callOf, otherApplicationsRoom, UNFORESEEN } from "./room-rows.ts";
import type { Call, Row } from "./row.ts";

const PLAYER = "p1 \u{1F3AE}";
const UNUSED = { sessions: 0, seconds: 0, receivedBytes: 0, sentBytes: 0 };

interface StoredCredential {
  readonly username: string;
  readonly playerId: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly isLive: boolean;
  readonly secondsLeft: number;
}

/** Every credential of the rooms of this id, oldest first. */
async function credentialsOf({ rooms, game }: Place, roomId: string): Promise<StoredCredential[]> {
  const { sql } = rooms.database;
  return sql<StoredCredential[]>`
    select c.username, c.player_id as "playerId", c.issued_at as "issuedAt", c.expires_at as "expiresAt",
           c.revoked_at is null and c.suspended_at is null and c.expires_at > clock_timestamp() as "isLive",
           extract(epoch from c.expires_at - clock_timestamp())::double precision as "secondsLeft"
      from turn_credentials c join rooms r on r.room_key = c.room_key
     where r.app_id = ${game.appId} and r.room_id = ${roomId}
     order by c.issued_at, c.username`;
}

async function issue({ rooms, game }: Place, roomId: string, playerId: string): Promise<string> {
  return (await issueCredential(rooms, game.application, { roomId, playerId })).username;
}

/** A credential that has just been issued, as the caller sees it. */
function credential(ttl: unknown, playerId?: string): Readonly<Record<string, unknown>> {
  const { urls: uris, username, credential: password } = ICE_SERVER;
  return {
    iceServers: ICE_SERVERS,
    username,
    password,
    ttl,
    uris,
    expiresAt: expect.any(Date),
    renewAfter: expect.any(Date),
    ...(playerId === undefined ? {} : { playerId }),
  };
}

const CREATE_ICE_SERVERS: readonly Row[] = [
  ...(
    [
      ["the room is active", arrangeRunningRoom],
      ["the room's process starts", arrangeRoom],
      ["the room has lost its process", arrangeUnscheduledRoom],
      ["the room has no game server", async (place: Place) => ({ roomId: await arrangeRoomWithoutProcess(place) })],
    ] as const
  ).map(([when, arrange]): Row => ({
    operationId: "CreateIceServers",
    status: 201,
    when: `${when}: without a player it is the credential that the room was born with`,
    async arrange(place) {
      const { roomId } = await arrange(place);
      const username = await ownName(place, roomId);
      return {
        call: { ...callOf(place), roomId },
        body: { ...credential(expect.any(Number)), iceServers: [{ ...ICE_SERVER, username }], username },
        verify: () => expectLive(place, roomId, [username]),
      };
    },
  })),
  {
    operationId: "CreateIceServers",
    status: 201,
    when: "a player asks twice: each time it is a new one, and the one before stays good",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      const before = await issue(place, roomId, PLAYER);
      return {
        call: { ...callOf(place), roomId, issue: { playerId: PLAYER } },
        body: credential(expect.any(Number), PLAYER),
        async verify() {
          const stored = await credentialsOf(place, roomId);
          expect(stored.map(({ playerId, isLive }) => [playerId, isLive])).toEqual([
            [null, true],
            [PLAYER, true],
            [PLAYER, true],
          ]);
          expect(stored[1]?.username).toBe(before);
        },
      };
    },
  },
  {
    operationId: "CreateIceServers",
    status: 201,
    when: "lifetime and region are chosen",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      return {
        call: { ...callOf(place), roomId, issue: { playerId: "x".repeat(255), ttlSeconds: 60, region: "Tokyo" } },
        body: credential(60, "x".repeat(255)),
        async verify() {
          const [, issued] = await credentialsOf(place, roomId);
          expect(issued?.secondsLeft).toBeLessThanOrEqual(60);
        },
      };
    },
  },
  ...(
    [
      ["the playerId is empty", { playerId: "" }, /^playerId: /],
      ["the playerId has 256 characters", { playerId: "x".repeat(256) }, /^playerId: /],
      ["the playerId contains U+0000", { playerId: "a\u0000" }, /^playerId: must not contain/],
      ["the lifetime is too short", { playerId: "p1", ttlSeconds: 59 }, /^ttlSeconds: /],
      ["the lifetime is too long", { ttlSeconds: 86_401 }, /^ttlSeconds: /],
      ["the lifetime is no whole number", { ttlSeconds: 60.5 }, /^ttlSeconds: /],
      ["the region is none of Hathora's", { region: "Moon" as "Tokyo" }, /^region: /],
    ] satisfies [string, Call["issue"], RegExp][]
  ).map(([when, wanted, message]): Row => ({
    operationId: "CreateIceServers",
    status: 422,
    when,
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      return arranged(place, { roomId, issue: wanted }, { message: expect.stringMatching(message) });
    },
  })),
  {
    operationId: "CreateIceServers",
    status: 429,
    when: "the room has as many credentials as it may have",
    gateway: "strict",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      for (const playerId of ["p1", "p2"]) await issue(place, roomId, playerId);
      return arranged(place, { roomId, issue: { playerId: "p3" } }, { message: expect.stringContaining(roomId) });
    },
  },
];

const LIST_ICE_SERVERS: readonly Row[] = [
  {
    operationId: "ListIceServers",
    status: 200,
    when: "the room has one of its own only",
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      return arranged(place, { roomId }, { credentials: await listed(place, roomId, ["live"]), usage: UNUSED });
    },
  },
  {
    operationId: "ListIceServers",
    status: 200,
    when: "there is one of every state, newest first",
    async arrange(place) {
      const { rooms, game } = place;
      const { roomId } = await arrangeRunningRoom(place);
      const { sql } = rooms.database;
      const expired = await issue(place, roomId, "p1");
      await sql`update turn_credentials set expires_at = clock_timestamp() where username = ${expired}`;
      const revoked = await issue(place, roomId, "p2");
      await sql`update turn_credentials set revoked_at = clock_timestamp() where username = ${revoked}`;
      await issue(place, roomId, "p3");
      await suspendRoom(rooms, game.appId, roomId);
      const states = ["suspended", "expired", "revoked", "suspended"];
      return arranged(place, { roomId }, { credentials: await listed(place, roomId, states), usage: UNUSED });
    },
  },
  {
    operationId: "ListIceServers",
    status: 200,
    when: "sessions went through the relays",
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      const username = await issue(place, roomId, "p1");
      await recordSessions(place, username);
      const used = { sessions: 1, seconds: 90, receivedBytes: 3_000_000_000, sentBytes: 500 };
      const [newest, ...others] = await listed(place, roomId, ["live", "live"]);
      return arranged(place, { roomId }, { credentials: [{ ...newest, ...used }, ...others], usage: used });
    },
  },
  {
    operationId: "ListIceServers",
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => arranged(place, { roomId: "a/b c" }, BAD_ROOM_ID),
  },
];

/** What the list shows of the credentials; `states` from the oldest to the newest. */
async function listed(place: Place, roomId: string, states: readonly string[]): Promise<object[]> {
  const stored = await credentialsOf(place, roomId);
  expect(stored).toHaveLength(states.length);
  return stored
    .map(({ username, playerId, issuedAt, expiresAt }, at) => {
      return { username, playerId, issuedAt, expiresAt, state: states[at], ...UNUSED };
    })
    .toReversed();
}

/** Two sessions of a credential: one of 60 seconds that has ended, and one that runs for 30. */
async function recordSessions({ rooms }: Place, username: string): Promise<void> {
  const { sql } = rooms.database;
  await sql`
    insert into turn_servers (server_id, regions, uris, realm, seen_at)
    values ('relay-1', '{}', '{}', 'roombridge', clock_timestamp() + interval '1 hour')`;
  await sql`
    insert into turn_sessions (server_id, session_id, started_at, username, room_key, player_id, seen_at, ended_at,
                               received_bytes, sent_bytes)
    select 'relay-1', n::text, clock.began, c.username, c.room_key, c.player_id, clock.began + lasted,
           case when n = 1 then clock.began + lasted end, r, s
      from turn_credentials c,
           (select clock_timestamp() - interval '1 hour' as began) clock,
           (values (1, interval '60 seconds', 2999999999, 500), (2, interval '30 seconds', 1, 0)) session (n, lasted, r, s)
     where c.username = ${username}`;
}

const REVOKE_ICE_SERVERS: readonly Row[] = [
  {
    operationId: "RevokeIceServers",
    status: 200,
    when: "one credential of a player is named: the other one stays good",
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      const username = await issue(place, roomId, PLAYER);
      const other = await issue(place, roomId, PLAYER);
      return {
        call: { ...callOf(place), roomId, revoke: { username } },
        body: { revoked: 1 },
        verify: async () => expectLive(place, roomId, [await ownName(place, roomId), other]),
      };
    },
  },
  {
    operationId: "RevokeIceServers",
    status: 200,
    when: "a player is named: those of others and the room's own stay good",
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      await issue(place, roomId, PLAYER);
      await issue(place, roomId, PLAYER);
      const other = await issue(place, roomId, "p2");
      const own = await ownName(place, roomId);
      return {
        call: { ...callOf(place), roomId, revoke: { playerId: PLAYER } },
        body: { revoked: 2 },
        verify: () => expectLive(place, roomId, [own, other]),
      };
    },
  },
  ...(
    [
      ["nothing is named: all go, and the room has a new one of its own", () => ({}), 2],
      ["the room's own credential is named: it is replaced", (own: string) => ({ username: own }), 1],
    ] as const
  ).map(([when, revokeOf, revoked]): Row => ({
    operationId: "RevokeIceServers",
    status: 200,
    when,
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      const players = [await issue(place, roomId, PLAYER)].slice(revoked - 1);
      const own = await ownName(place, roomId);
      return {
        call: { ...callOf(place), roomId, revoke: revokeOf(own) },
        body: { revoked },
        async verify() {
          await expectLive(place, roomId, [...players, await expectReplaced(place, roomId, own)]);
        },
      };
    },
  })),
  {
    operationId: "RevokeIceServers",
    status: 200,
    when: "the room is suspended: its new credential is as well",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      return {
        call: { ...callOf(place), roomId, revoke: {} },
        body: { revoked: 1 },
        verify: () => expectLive(place, roomId, []),
      };
    },
  },
  ...(
    [
      ["the username is unknown", { username: "nobody.nothing" }],
      ["the player has none", { playerId: "nobody" }],
    ] as const
  ).map(([when, revoke]): Row => ({
    operationId: "RevokeIceServers",
    status: 200,
    when,
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      const own = await ownName(place, roomId);
      return {
        call: { ...callOf(place), roomId, revoke },
        body: { revoked: 0 },
        verify: () => expectLive(place, roomId, [own]),
      };
    },
  })),
  {
    operationId: "RevokeIceServers",
    status: 200,
    when: "the username is another room's: nothing happens to it",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      const { roomId: otherId } = await arrangeRoom(place);
      const username = await issue(place, otherId, PLAYER);
      return {
        call: { ...callOf(place), roomId, revoke: { username } },
        body: { revoked: 0 },
        verify: async () => expectLive(place, otherId, [await ownName(place, otherId), username]),
      };
    },
  },
  ...(
    [
      [
        "a username and a player are named",
        { username: "a.b", playerId: "p1" },
        /^playerId: not together with username$/,
      ],
      ["the username is empty", { username: "" }, /^username: /],
      ["the playerId contains a lone surrogate", { playerId: "\ud800" }, /^playerId: must not contain/],
    ] satisfies [string, Call["revoke"], RegExp][]
  ).map(([when, revoke, message]): Row => ({
    operationId: "RevokeIceServers",
    status: 422,
    when,
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      return arranged(place, { roomId, revoke }, { message: expect.stringMatching(message) });
    },
  })),
];

/** Checks which usernames open sessions, oldest first. */
async function expectLive(place: Place, roomId: string, usernames: readonly string[]): Promise<void> {
  const stored = await credentialsOf(place, roomId);
  expect(stored.filter(({ isLive }) => isLive).map(({ username }) => username)).toEqual(usernames);
}

/** The username of the new credential that the room has of its own. */
async function expectReplaced(place: Place, roomId: string, before: string): Promise<string> {
  const replaced = await ownName(place, roomId);
  expect(replaced).not.toBe(before);
  return replaced;
}

/** The username of the room's own credential. */
async function ownName({ rooms, game }: Place, roomId: string): Promise<string> {
  const [own, ...others] = await rooms.database.sql<{ username: string }[]>`
    select c.username from turn_credentials c join rooms r on r.room_key = c.room_key
     where r.app_id = ${game.appId} and r.room_id = ${roomId} and r.destroyed_at is null
       and c.player_id is null and c.revoked_at is null`;
  if (!own || others.length > 0) throw new Error("a live room has one credential of its own");
  return own.username;
}

/** Operations that name a room which is not there. */
const UNKNOWN_ROOM: readonly Row[] = ["CreateIceServers", "ListIceServers", "RevokeIceServers"].flatMap(
  (operationId) => {
    const row = (when: string, roomIdOf: (place: Place) => Promise<string>, message?: string): Row => ({
      operationId,
      status: 404,
      when,
      async arrange(place) {
        const roomId = await roomIdOf(place);
        return arranged(place, { roomId }, { message: message ?? `no room ${roomId}` });
      },
    });
    return [
      row("the room is unknown", () => Promise.resolve("unknown")),
      row("the room is another application's, of the same organisation", otherApplicationsRoom),
      row("the room is destroyed", async (place) => (await arrangeDestroyedRoom(place)).roomId),
    ];
  },
);

const REFUSED_ROOM: readonly Row[] = [
  {
    operationId: "CreateIceServers",
    status: 404,
    when: "the room is suspended",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      return arranged(place, { roomId, issue: { playerId: "p1" } }, { message: `room ${roomId} is suspended` });
    },
  },
  ...["CreateIceServers", "RevokeIceServers"].map((operationId): Row => ({
    operationId,
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => arranged(place, { roomId: "a/b c" }, BAD_ROOM_ID),
  })),
];

const UNFORESEEN_ROWS: readonly Row[] = ["CreateIceServers", "RevokeIceServers"].flatMap((operationId) =>
  (
    [
      ["broken", "the database lacks what the operation needs"],
      ["lost", "the database is gone"],
    ] as const
  ).map(([gateway, when]): Row => ({
    operationId,
    status: 500,
    when,
    gateway,
    arrange: (place) => arranged(place, { roomId: "any", issue: { playerId: "p1" } }, UNFORESEEN),
  })),
);

/** TURN credentials, which Hathora does not have. */
export const ICE_SERVERS_ROWS: readonly Row[] = [
  ...CREATE_ICE_SERVERS,
  ...LIST_ICE_SERVERS,
  ...REVOKE_ICE_SERVERS,
  ...UNKNOWN_ROOM,
  ...REFUSED_ROOM,
  ...UNFORESEEN_ROWS,
];
