import type { LiveRoomState } from "@roombridge/models/api";
import { createProcess, createRoom, getLatestDeployment, issueCredential, listOrgTokens } from "@roombridge/rooms";
import { createDeployment, createTenant, createToken, TEST_REGION } from "@roombridge/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  arrangeDestroyedRoom,
  arrangeFailedRoom,
  arrangeProcesses,
  arrangeRoom,
  arrangeRoomWithoutProcess,
  arrangeStaticProcess,
  arrangeSuspendedRoom,
  arrangeUnscheduledRoom,
  runProcesses,
  MAIN_PORT,
  OTHER_PORT,
  type Place,
} from "../test/arrange.ts";
import { letPlayers, arrangeLobby, signPlayer } from "../test/players.ts";
import { NEW_DEPLOYMENT } from "../test/conformance/deployment-rows.ts";
import { arrangeWebhook } from "../test/conformance/webhook-rows.ts";
import { dumpDatabase } from "../test/dump-database.ts";
import { pathOf, pathParameters } from "../test/path-of.ts";
import { bodiesOf, toJsonSchema } from "../test/schema-bodies.ts";
import type { SpawnedGateway } from "../test/spawn-gateway.ts";
import { openStage, type Stage } from "../test/stage.ts";
import { createGame, type Game } from "../test/suite.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";

// Somebody with a good token of another organisation, who knows every id of the victim, walks through all routes.

/** Everything else needs the owner's token. These answer anybody who knows appId and roomId, and say nothing secret. */
const PUBLIC = ["GetConnectionInfo", "GetConnectionInfoDeprecated"];

/** What players call, by themselves or with a token of the application's own secret. */
const OF_PLAYERS = [
  "LoginAnonymous",
  "LoginNickname",
  "LoginGoogle",
  "CreateLobby",
  "ListActivePublicLobbies",
  "GetLobbyInfoByRoomId",
  "GetLobbyInfoByShortCode",
  "GetPingServiceEndpoints",
  "GetPingServiceEndpointsDeprecated",
];

const CONFIG = "the victim's own words";
const PLAYER = "the victim's player";
const REGION = TEST_REGION;

let stage: Stage;
let gateway: SpawnedGateway;
let victim: Victim;
let stranger: Stranger;
/** Ids that nobody has, of the same form as the victim's. */
const NOBODY = {
  orgId: "org-00000000-0000-4000-8000-000000000000",
  orgTokenId: "org-token-00000000-0000-4000-8000-000000000000",
  appId: "app-00000000-0000-4000-8000-000000000000",
  roomId: "nobodys-room-0000",
  processId: "00000000-0000-4000-8000-000000000000",
  shortCode: "nobodys-code",
  buildId: "bld-00000000-0000-4000-8000-000000000000",
  webhookId: "webhook-00000000-0000-4000-8000-000000000000",
  deploymentId: "dep-00000000-0000-4000-8000-000000000000",
};

interface Victim {
  readonly game: Game;
  readonly roomIds: Readonly<Record<LiveRoomState | "failed" | "destroyed", string>>;
  readonly processIds: readonly string[];
  /** Of a player's TURN credential in the active room. */
  readonly username: string;
  /** Of the token with which the victim asks, and of one that does nothing. */
  readonly orgTokenIds: readonly string[];
  /** Of a private lobby. What its answers show anybody may know who has its short code or roomId. */
  readonly shortCode: string;
  readonly buildId: string;
  readonly webhookId: string;
  /** Of the first page of the victim's rooms. */
  readonly cursor: string;
}

interface Stranger {
  readonly appId: string;
  readonly orgId: string;
  readonly token: string;
  readonly roomId: string;
  readonly processId: string;
  /** Of a player of the stranger's own game. */
  readonly playerToken: string;
}

beforeAll(async () => {
  stage = await openStage();
  gateway = await stage.spawn();
  const { rooms } = stage;
  const game = await createGame(rooms);
  victim = await arrangeVictim({ rooms, game });
  const { application, token } = await createTenant(rooms.database);
  await createDeployment(rooms.database, application);
  const { roomId } = await createRoom(rooms, { application, region: REGION });
  const { processId } = await createProcess(rooms, application, REGION);
  const playerToken = await signPlayer({ rooms, game: application });
  stranger = { ...application, token, roomId, processId, playerToken };
  await stage.secrets.learn(rooms.database);
  stage.secrets.add("the victim's token", game.token);
});

afterAll(async () => {
  await stage.close();
});

/** Rooms in every state and processes of every status, with their ids for the walk. */
async function arrangeVictim(place: Place): Promise<Victim> {
  const settings = { roomConfig: CONFIG };
  const failed = await arrangeFailedRoom(place, settings);
  const unscheduled = await arrangeUnscheduledRoom(place, settings);
  const destroyed = await arrangeDestroyedRoom(place, settings);
  const suspended = await arrangeSuspendedRoom(place, settings);
  const scheduling = await arrangeRoomWithoutProcess(place, settings);
  const active = await arrangeRoom(place, settings);
  await runProcesses(place);
  const processIds = Object.values(await arrangeProcesses(place));
  const { processId: ofStatic } = await arrangeStaticProcess(place);
  const { roomId } = active;
  await letPlayers(place);
  const { shortCode } = await arrangeLobby(place, { visibility: "private", roomConfig: "for all" });
  const { username } = await issueCredential(place.rooms, place.game.application, { roomId, playerId: PLAYER });
  return {
    game: place.game,
    roomIds: {
      active: active.roomId,
      suspended: suspended.roomId,
      unscheduled: unscheduled.roomId,
      failed: failed.roomId,
      scheduling,
      destroyed: destroyed.roomId,
    },
    processIds: [...processIds, active.processId, unscheduled.processId, ofStatic],
    username,
    orgTokenIds: await tokenIdsOf(place),
    shortCode,
    buildId: (await getLatestDeployment(place.rooms, place.game.appId)).build.buildId,
    webhookId: await arrangeWebhook(place),
    cursor: await firstCursor(place.game),
  };
}

async function tokenIdsOf({ rooms, game }: Place): Promise<string[]> {
  const { orgId } = game.application;
  await createToken(rooms.database, orgId, []);
  return (await listOrgTokens(rooms, orgId)).map(({ orgTokenId }) => orgTokenId);
}

async function firstCursor({ appId, token }: Game): Promise<string> {
  const response = await fetch(`${gateway.url}/rooms/v2/${appId}/list?limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { nextCursor } = z.object({ nextCursor: z.string() }).parse(await response.json());
  return nextCursor;
}

type Ids = Readonly<Record<string, string>>;

/** All values of the victim for each parameter; a route with another one must say here what it takes. */
function valuesOf(name: string, operationId: string): readonly string[] {
  switch (name) {
    case "appId":
      return [victim.game.appId];
    case "roomId":
      return Object.values(victim.roomIds);
    case "processId":
      return victim.processIds;
    case "region":
      return [REGION, "Tokyo"];
    case "orgId":
      return [victim.game.application.orgId];
    case "orgTokenId":
      return victim.orgTokenIds;
    case "shortCode":
      return [victim.shortCode];
    case "buildId":
      return [victim.buildId];
    case "deploymentId":
      return [victim.game.deploymentId];
    case "webhookId":
      return [victim.webhookId];
    default:
      throw new Error(
        `this walk does not know the path parameter ${name} of ${operationId}: add the victim's values for it to valuesOf`,
      );
  }
}

/** Every combination of the victim's values for the path of a route. */
function victimsIds({ route }: Operation): Ids[] {
  return pathParameters(route).reduce<Ids[]>(
    (all, name) => all.flatMap((ids) => valuesOf(name, route.operationId).map((value) => ({ ...ids, [name]: value }))),
    [{}],
  );
}

/** What the victim would ask for in the query; a route with another parameter must say here what it takes. */
function queryValue(name: string, operationId: string): string {
  switch (name) {
    case "roomId":
      return victim.roomIds.active;
    case "shortCode":
      return victim.shortCode;
    case "state":
      return operationId === "ListWebhookDeliveries" ? "pending" : "active,suspended";
    case "status":
      return "running";
    case "region":
      return REGION;
    case "limit":
      return "500";
    case "cursor":
      return operationId === "ListWebhookDeliveries" ? "1.1" : victim.cursor;
    case "before":
      return String(Date.now());
    case "metrics":
      return "cpu,memory";
    case "start":
      return "1795000000";
    case "end":
      return "1795000060.5";
    case "step":
    case "tailLines":
      return "60";
    case "follow":
      return "true";
    case "orgId":
      return victim.game.application.orgId;
    case "buildTag":
    case "deploymentTag":
      return "v1";
    case "wait":
      return "1";
    case "lastEventId":
      return "1.1";
    case "types":
      return "room.created,room.destroyed";
    case "roomsVersion":
      return "0123456789abcdef0123456789abcdef";
    default:
      throw new Error(
        `this walk does not know the query parameter ${name} of ${operationId}: add a value to queryValue`,
      );
  }
}

/** Good queries: none, each parameter of the document alone, all of them. */
function queriesOf({ route }: Operation): string[] {
  const { query } = route.request ?? {};
  if (!(query instanceof z.ZodType)) return [""];
  const names = Object.keys(toJsonSchema(query, "input").properties ?? {});
  const pairs = names.map((name) => `${name}=${encodeURIComponent(queryValue(name, route.operationId))}`);
  return ["", ...pairs.map((pair) => `?${pair}`), `?${pairs.join("&")}`];
}

/** A body that satisfies the route's schema, with the victim's deployment and player where they can be named. */
function bodyOf({ route }: Operation): string | undefined {
  const media = route.request?.body?.content["application/json"];
  const schema = media && "schema" in media ? media.schema : undefined;
  if (!(schema instanceof z.ZodType)) return undefined;
  const input = toJsonSchema(schema, "input");
  const bodies = bodiesOf(input).filter((one) => schema.safeParse(one).success);
  const [body] = fc.sample(bodies, { numRuns: 1, seed: 1 });
  const { username: _, ...rest } = z.record(z.string(), z.unknown()).parse(body);
  const victims = { deploymentId: victim.game.deploymentId, playerId: PLAYER, buildId: victim.buildId };
  // Some bodies refuse a key that they do not know.
  const known = Object.entries(victims).filter(([name]) => name in (input.properties ?? {}));
  return JSON.stringify({ ...rest, ...Object.fromEntries(known) });
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(
  operation: Operation,
  ids: Ids,
  token: string | undefined,
  { query = "", method = operation.route.method.toUpperCase() }: { query?: string; method?: string } = {},
): Promise<Answer> {
  const body = bodyOf(operation);
  const response = await fetch(`${gateway.url}${pathOf(operation.route, ids)}${query}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(body !== undefined && method !== "GET" && method !== "HEAD" ? { body } : {}),
  });
  return { status: response.status, headers: response.headers, text: await textOf(response) };
}

/** Of a stream without an end just what it begins with. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream" || response.body === null) return response.text();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("id: ")) text += (await reader.read()).value ?? "id: ";
  await reader.cancel();
  return text;
}

/** An answer without what differs in every request and without the ids that were asked for. */
function words({ status, headers, text }: Answer, ids: Ids): unknown {
  const rest = [...headers].filter(([name]) => !["x-request-id", "date", "content-length"].includes(name));
  return {
    status,
    headers: rest,
    text: Object.values(ids).reduce((shortened, id) => shortened.replaceAll(id, "…"), text),
  };
}

/** The victim's data in an answer: none but the ids that the request named itself. */
function leaksOf({ headers, text }: Answer, named: Ids): string[] {
  const { game, roomIds, processIds } = victim;
  const all = `${JSON.stringify([...headers])}\n${text}`;
  const data = [
    game.appId,
    game.application.orgId,
    game.deploymentId,
    victim.buildId,
    game.host.hostId,
    CONFIG,
    PLAYER,
    victim.username,
    ...victim.orgTokenIds,
    victim.webhookId,
    String(MAIN_PORT.port),
    String(OTHER_PORT.port),
    ...Object.values(roomIds),
    ...processIds,
  ];
  const unnamed = data.filter((datum) => !Object.values(named).includes(datum));
  const secrets = stage.secrets.foundIn(all).filter((what) => what !== `the secret of ${stranger.appId}`);
  return [...unnamed.filter((datum) => all.includes(datum)), ...secrets];
}

/** Ids that do not exist, in the place of these. */
function madeUp(ids: Ids): Ids {
  return { ...ids, ...Object.fromEntries(Object.entries(NOBODY).filter(([name]) => name in ids)) };
}

/** The stranger's ids for these parameters, as far as a list needs them. */
function strangersOwn(names: readonly string[]): Ids {
  const { appId, orgId } = stranger;
  return Object.fromEntries(Object.entries({ appId, orgId }).filter(([name]) => names.includes(name)));
}

/** What a query names of the victim. */
function namedIn(query: string): Ids {
  return query.includes("orgId=") ? { orgId: victim.game.application.orgId } : {};
}

const GUARDED = OPERATIONS.filter(({ route }) => ![...PUBLIC, ...OF_PLAYERS].includes(route.operationId)).map(
  (operation) => ({
    operationId: operation.route.operationId,
    operation,
  }),
);

test("the walk knows every path parameter, and everything that it leaves out is public", () => {
  for (const operation of OPERATIONS) expect(victimsIds(operation).length).toBeGreaterThan(0);
  const open = OPERATIONS.filter(({ route }) => route.security === undefined);
  const isOpen = [...PUBLIC, ...OF_PLAYERS].filter((operationId) => operationId !== "CreateLobby");
  expect(open.map(({ route }) => route.operationId).toSorted()).toEqual(isOpen.toSorted());
});

describe.each(GUARDED)("$operationId", ({ operation }) => {
  const methods = operation.route.method === "get" ? ["GET", "HEAD"] : [operation.route.method.toUpperCase()];
  // Whose path names nothing is the stranger's own business, unless the query names the victim's organisation.
  const isOwn = (query: string) =>
    pathParameters(operation.route).length === 0 && namedIn(query)["orgId"] === undefined;

  test.each([
    ["a stranger's token", 404, () => stranger.token],
    ["no token", 401, () => undefined],
    ["a token that nobody has", 401, () => "hathora_org_st_unknown_00"],
  ])("with %s it is %d, in the words for what does not exist, and changes nothing", async (_, status, tokenOf) => {
    // What names nothing in its path is about the token's own organisation: such lists are looked at below.
    if (status === 404 && pathParameters(operation.route).length === 0) return;
    const before = await dumpDatabase(stage.rooms.database);
    for (const ids of victimsIds(operation)) {
      for (const query of queriesOf(operation)) {
        if (status === 404 && isOwn(query)) continue;
        for (const method of methods) {
          const answer = await ask(operation, ids, tokenOf(), { query, method });
          const unknown = await ask(operation, madeUp(ids), tokenOf(), { query, method });
          expect(answer.status).toBe(status);
          expect(words(answer, ids)).toEqual(words(unknown, madeUp(ids)));
          expect(leaksOf(answer, { ...ids, ...namedIn(query) })).toEqual([]);
        }
      }
    }
    expect(await dumpDatabase(stage.rooms.database)).toEqual(before);
  });

  test("a stranger's own application or organisation does not reach what is the victim's in it", async () => {
    const names = pathParameters(operation.route);
    // Without an id of the victim the call is the stranger's own business; lists are looked at below.
    if (!["roomId", "processId", "deploymentId", "orgTokenId"].some((name) => names.includes(name))) return;
    const before = await dumpDatabase(stage.rooms.database);
    for (const theirs of victimsIds(operation)) {
      const ids = { ...theirs, ...strangersOwn(names) };
      const nobodys = { ...madeUp(theirs), ...strangersOwn(names) };
      for (const method of methods) {
        const answer = await ask(operation, ids, stranger.token, { method });
        const unknown = await ask(operation, nobodys, stranger.token, { method });
        expect(answer.status).toBe(404);
        expect(words(answer, ids)).toEqual(words(unknown, nobodys));
        expect(leaksOf(answer, ids)).toEqual([]);
      }
    }
    expect(await dumpDatabase(stage.rooms.database)).toEqual(before);
  });
});

describe("a stranger's own lists", () => {
  const lists = GUARDED.filter(({ operation: { route } }) => {
    return route.method === "get" && ["", "appId", "orgId"].includes(pathParameters(route).join());
  });

  test.each(lists)("$operationId shows nothing of the victim", async ({ operation }) => {
    for (const query of queriesOf(operation).filter((one) => namedIn(one)["orgId"] === undefined)) {
      const ids = strangersOwn(pathParameters(operation.route));
      const answer = await ask(operation, ids, stranger.token, { query });
      expect(answer.status).toBe(200);
      expect(leaksOf(answer, ids)).toEqual([]);
    }
  });

  test("there are such lists", () => {
    expect(lists.map(({ operationId }) => operationId)).toContain("ListRooms");
  });
});

test("a stranger cannot create a room on the victim's deployment", async () => {
  const before = await dumpDatabase(stage.rooms.database);
  for (const version of ["v1", "v2"]) {
    const response = await fetch(`${gateway.url}/rooms/${version}/${stranger.appId}/create`, {
      method: "POST",
      headers: { authorization: `Bearer ${stranger.token}` },
      body: JSON.stringify({ region: REGION, deploymentId: victim.game.deploymentId }),
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: `no deployment ${victim.game.deploymentId}` });
  }
  expect(await dumpDatabase(stage.rooms.database)).toEqual(before);
});

test("a stranger cannot deploy the victim's build, or create one of its id", async () => {
  const before = await dumpDatabase(stage.rooms.database);
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${stranger.token}` };
    const response = await fetch(gateway.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    return [response.status, await response.json()];
  };
  const { buildId } = victim;
  const newDeployment = { ...NEW_DEPLOYMENT, buildId };
  expect(await post(`/deployments/v3/apps/${stranger.appId}/deployments`, newDeployment)).toEqual([
    404,
    { message: `no build ${buildId}` },
  ]);
  expect(await post("/builds/v3/builds/registry", { buildId })).toEqual([
    400,
    { message: `the id ${buildId} of a build has been used before` },
  ]);
  expect(await dumpDatabase(stage.rooms.database)).toEqual(before);
});

test("a stranger cannot revoke the victim's credentials from a room of their own", async () => {
  const before = await dumpDatabase(stage.rooms.database);
  for (const body of [{ username: victim.username }, { playerId: PLAYER }]) {
    const response = await fetch(`${gateway.url}/rooms/v2/${stranger.appId}/iceservers/${stranger.roomId}/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${stranger.token}` },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.json()]).toEqual([200, { revoked: 0 }]);
  }
  expect(await dumpDatabase(stage.rooms.database)).toEqual(before);
});

describe.each(
  OPERATIONS.filter(({ route }) => PUBLIC.includes(route.operationId)).map((operation) => ({
    operationId: operation.route.operationId,
    operation,
  })),
)("$operationId is public", ({ operation }) => {
  test("it tells where the room is, and nothing else of the victim", async () => {
    for (const ids of victimsIds(operation)) {
      for (const token of [stranger.token, undefined, "garbage"]) {
        const answer = await ask(operation, ids, token);
        expect([200, 400, 404, 429]).toContain(answer.status);
        const ports = [MAIN_PORT, OTHER_PORT].map(({ port }) => [`port ${port}`, String(port)]);
        expect(leaksOf(answer, { ...ids, ...Object.fromEntries(ports) })).toEqual([]);
      }
    }
  });

  test("the room is found in its own application only", async () => {
    for (const theirs of victimsIds(operation)) {
      const ids = { ...theirs, appId: stranger.appId };
      const answer = await ask(operation, ids, stranger.token);
      expect(answer.status).toBe(404);
      expect(words(answer, ids)).toEqual(words(await ask(operation, madeUp(ids), stranger.token), madeUp(ids)));
    }
  });
});

describe.each(
  OPERATIONS.filter(({ route }) => OF_PLAYERS.includes(route.operationId)).map((operation) => ({
    operationId: operation.route.operationId,
    operation,
  })),
)("$operationId is for players", ({ operation }) => {
  test("it tells nothing of the victim but what anybody may know", async () => {
    for (const ids of victimsIds(operation)) {
      for (const query of queriesOf(operation)) {
        for (const token of [stranger.token, stranger.playerToken, undefined, "garbage"]) {
          const answer = await ask(operation, ids, token, { query });
          expect(operation.access === "player" ? [401] : [200, 401, 404]).toContain(answer.status);
          expect(leaksOf(answer, ids)).toEqual([]);
        }
      }
    }
  });

  test("a stranger's own application does not reach the victim's lobby", async () => {
    const names = pathParameters(operation.route);
    if (!names.includes("roomId") && !names.includes("shortCode")) return;
    for (const theirs of victimsIds(operation)) {
      const ids = { ...theirs, appId: stranger.appId };
      const answer = await ask(operation, ids, stranger.playerToken);
      expect(answer.status).toBe(404);
      const nobodys = madeUp(ids);
      expect(words(answer, ids)).toEqual(words(await ask(operation, nobodys, undefined), nobodys));
    }
  });
});

test("a stranger's player has no TURN credential in the victim's rooms", async () => {
  const operation = OPERATIONS.find(({ route }) => route.operationId === "CreateIceServers");
  if (!operation) throw new Error("there is no CreateIceServers");
  const before = await dumpDatabase(stage.rooms.database);
  for (const ids of victimsIds(operation)) {
    const answer = await ask(operation, ids, stranger.playerToken);
    expect(answer.status).toBe(401);
    expect(leaksOf(answer, ids)).toEqual([]);
  }
  expect(await dumpDatabase(stage.rooms.database)).toEqual(before);
});

test("a stranger's own room and process are found with the same token", async () => {
  for (const path of [
    `/rooms/v2/${stranger.appId}/info/${stranger.roomId}`,
    `/processes/v3/apps/${stranger.appId}/processes/${stranger.processId}`,
  ]) {
    const { status } = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${stranger.token}` } });
    expect(status).toBe(200);
  }
});

test("the log holds no secret of the victim, and no error", () => {
  expect(stage.secrets.foundIn(stage.output())).toEqual([]);
  expect(stage.errors()).toEqual([]);
});
