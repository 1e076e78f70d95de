import { CreatedOrgToken } from "@roombridge/models/api";
import { hashToken } from "@roombridge/rooms";
import { waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Place } from "../test/arrange.ts";
import { clearDatabase } from "../test/clear-database.ts";
import type { Driver, GatewayKind, Outcome, Row } from "../test/conformance/row.ts";
import { DRIVERS, ROWS } from "../test/conformance/rows.ts";
import { dumpDatabase } from "../test/dump-database.ts";
import { SDK_OPERATIONS } from "../test/sdk-operations.ts";
import { openStage, type Stage } from "../test/stage.ts";
import { createGame, type Game } from "../test/suite.ts";
import { OPERATIONS } from "./operations.ts";
import { documentedAnswers } from "./serialize.ts";

// Every operation with every status that it documents, asked by the published SDK and by our own client.

/** Their successes carry a TURN credential, a token, or the secret of an application. */
const WITH_SECRET = [
  "CreateRoom",
  "ResumeRoom",
  "CreateIceServers",
  "GetApps",
  "CreateApp",
  "GetApp",
  "UpdateApp",
  "PatchApp",
  "CreateOrgToken",
  "CreateWebhook",
  "RotateWebhookSecret",
];

/** Our own client has all operations of these, and of RoomsV2. */
const NEWEST_TAGS = [
  "ProcessesV3",
  "LogsV1",
  "AppsV2",
  "BuildsV3",
  "DeploymentsV3",
  "TokensV1",
  "OrganizationsV1",
  "AuthV1",
  "LobbiesV3",
  "DiscoveryV2",
  "WebhooksV1",
];

let stage: Stage;
let broken: Stage;
let lost: Stage;
let brokenGame: Game;
let urls: Record<GatewayKind, string>;
/** Headers and bodies of all answers that should hold no secret. */
const answers: string[] = [];

beforeAll(async () => {
  [stage, broken, lost] = await Promise.all([openStage(), openStage(), openStage()]);
  const [usual, sleepy, strict, onBroken, onLost] = await Promise.all([
    stage.spawn(),
    stage.spawn({ GATEWAY_WAKE_ON_CONNECTION_INFO: "0" }),
    stage.spawn({ TURN_CREDENTIALS_PER_ROOM: "3" }),
    broken.spawn(),
    lost.spawn(),
  ]);
  urls = { usual: usual.url, sleepy: sleepy.url, strict: strict.url, broken: onBroken.url, lost: onLost.url };
  brokenGame = await createGame(broken.rooms);
  await broken.rooms.database.sql`alter table rooms rename to spoiled_rooms`;
  await broken.rooms.database.sql`alter table processes rename to spoiled_processes`;
  await broken.rooms.database.sql`alter table builds rename to spoiled_builds`;
  // Of applications only what calls for rooms need is left.
  await broken.rooms.database.sql`alter table applications rename deleted_by to spoiled_deleted_by`;
  await lost.dropDatabase();
});

afterAll(async () => {
  await Promise.all([stage, broken, lost].map((opened) => opened.close()));
});

/** A game of its own for a row, with nothing else in its database. */
async function openPlace({ gateway = "usual", game: settings }: Row): Promise<Place> {
  if (gateway === "broken") return { rooms: broken.rooms, game: brokenGame };
  const { rooms, secrets } = stage;
  await secrets.learn(rooms.database);
  await clearDatabase(rooms.database);
  const game = await createGame(rooms, settings);
  secrets.add("a token", game.token);
  return { rooms, game };
}

/** All that a refused call must leave as it was. That somebody tried to wake a room is remembered; webhooks follow by themselves. */
async function stateOf({ rooms }: Place): Promise<object> {
  const { pools: _, ...tables } = await dumpDatabase(rooms.database);
  const following = { position_xid: undefined, position_id: undefined };
  return {
    ...tables,
    rooms: tables["rooms"]?.map((row) => ({ ...row, woken_at: undefined })),
    webhooks: tables["webhooks"]?.map((row) => ({ ...row, ...following })),
  };
}

const TABLE = DRIVERS.flatMap((driver) =>
  ROWS.filter(({ operationId, only = driver.name }) => {
    return only === driver.name && driver.operationIds.includes(operationId);
  }).map((row) => ({ ...row, driver, name: driver.name, row })),
);

describe.each(TABLE)("$name: $operationId", ({ driver, row, operationId, status, when, gateway = "usual" }) => {
  test(`${status} when ${when}`, async () => {
    const place = await openPlace(row);
    const { call, body, verify } = await row.arrange(place);
    const [, , signature] = call.playerToken?.split(".") ?? [];
    if (signature !== undefined && signature.length > 40) stage.secrets.add("a player's token", signature);
    const before = gateway === "broken" ? undefined : await stateOf(place);
    const outcome = await driver.call(urls[gateway], operationId, call);
    keep(operationId, outcome);
    expect({ status: outcome.status, body: outcome.body }).toEqual({ status, body: driver.sees(body) });
    expectWellFormed(operationId, outcome);
    if (status >= 400 && before) expect(await stateOf(place)).toEqual(before);
    await verify?.();
  });
});

function keep(operationId: string, { status, wire }: Outcome): void {
  const isSecret = status < 300 && WITH_SECRET.includes(operationId);
  if (isSecret && operationId === "CreateOrgToken") {
    stage.secrets.add("a new token", CreatedOrgToken.parse(JSON.parse(wire.text)).plainTextToken);
  }
  answers.push(JSON.stringify([...wire.headers]), isSecret ? "" : wire.text);
}

/** What holds for every answer with this status. */
function expectWellFormed(operationId: string, { status, wire, retryAfterSeconds }: Outcome): void {
  const { headers, text } = wire;
  const isStream = status === 200 && /Logs?ForProcess$|^RunBuildRegistry$/.test(operationId);
  const type = isStream ? "application/octet-stream" : "application/json";
  expect(headers.get("x-request-id")).toEqual(expect.any(String));
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-type")).toBe(status === 204 ? null : type);
  if (status === 204) expect(text).toBe("");
  if (status >= 400) expect(JSON.parse(text)).toEqual({ message: expect.any(String) });
  expect(headers.get("www-authenticate")).toBe(status === 401 ? "Bearer" : null);
  if (status === 429) expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  expect(headers.get("retry-after")).toBe(retryAfterSeconds === undefined ? null : String(retryAfterSeconds));
}

/** Operations that only read document no 500: to the SDK it is an error of another class, with the same status. */
const WITHOUT_500 = DRIVERS.flatMap((driver) =>
  OPERATIONS.map(({ route }) => route)
    .filter((route) => driver.operationIds.includes(route.operationId) && !documentedAnswers(route).has(500))
    .map(({ operationId }) => ({ driver, name: driver.name, operationId })),
);

test.each(WITHOUT_500)("$name: $operationId is a 500 all the same when the database is gone", async (given) => {
  const { driver, operationId } = given;
  const ids = {
    appId: "app-1",
    roomId: "room-1",
    processId: "00000000-0000-4000-8000-000000000000",
    buildId: "bld-1",
    deploymentId: "dep-1",
    shortCode: "any",
    webhookId: "webhook-1",
    newWebhook: { url: "https://a.example/" },
    orgId: "org-1",
    orgTokenId: "org-token-1",
    newToken: { name: "n" },
  };
  const login = operationId === "LoginGoogle" ? { idToken: "any" } : { nickname: "any" };
  const answer = driver.call(urls.lost, operationId, { ...ids, token: "any", login });
  const status = await answer.then(
    (outcome) => outcome.status,
    (error: unknown) => (error instanceof Error && "statusCode" in error ? error.statusCode : error),
  );
  expect(status).toBe(500);
});

test("a token that was revoked is refused a few seconds later, also by a gateway that has just seen it", async () => {
  const row = ROWS.find(({ operationId }) => operationId === "ListRooms");
  const [, client] = DRIVERS;
  if (!row || !client) throw new Error("the table has no ListRooms");
  const { rooms, game } = await openPlace(row);
  const { appId, token } = game;
  const ask = async () => (await client.call(urls.usual, "ListRooms", { appId, token })).status;
  expect(await ask()).toBe(200);
  await rooms.database.sql`update org_tokens set revoked_at = clock_timestamp() where token_hash = ${hashToken(token)}`;
  await waitFor(async () => (await ask()) === 401, { what: "the token to be refused", timeoutMs: 15_000 });
});

describe("the table is whole", () => {
  test("all nine RoomsV2 operations of the SDK are ours", () => {
    const theirs = SDK_OPERATIONS.filter(({ namespace }) => namespace === "roomsV2");
    expect(theirs).toHaveLength(9);
    const ours = OPERATIONS.map(({ route }) => route.operationId);
    for (const { operationId } of theirs) expect(ours).toContain(operationId);
  });

  test("every operation is called by a client, those of the SDK by the SDK", () => {
    const uncalled = OPERATIONS.flatMap(({ route: { operationId, tags } }) => {
      const isTheirs = SDK_OPERATIONS.some((operation) => operation.operationId === operationId);
      const isNewest = tags === undefined || tags.some((tag) => NEWEST_TAGS.includes(tag));
      const wanted = [...(isTheirs ? ["sdk"] : []), ...(isNewest ? ["client"] : [])];
      const callers = DRIVERS.filter((driver) => driver.operationIds.includes(operationId)).map(({ name }) => name);
      return wanted
        .filter((name) => !callers.some((caller) => caller === name))
        .map((name) => `${name} ${operationId}`);
    });
    expect(uncalled).toEqual([]);
  });

  test.each(DRIVERS)("$name meets every documented status of every operation, and no other", (driver) => {
    const wanted = OPERATIONS.filter(({ route }) => driver.operationIds.includes(route.operationId)).flatMap(
      ({ route }) => [...documentedAnswers(route).keys()].map((status) => `${route.operationId} ${status}`),
    );
    expect([...statusesOf(driver)].toSorted()).toEqual(wanted.toSorted());
  });

  test("no two rows are the same", () => {
    const names = ROWS.map(({ operationId, status, when }) => `${operationId} ${status} ${when}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

function statusesOf(driver: Driver): ReadonlySet<string> {
  const rows = TABLE.filter(({ name }) => name === driver.name);
  return new Set(rows.map(({ operationId, status }) => `${operationId} ${status}`));
}

test("no log and no answer held a secret, but those that hand out the credential of a room or the secret of an application", async () => {
  await stage.secrets.learn(stage.rooms.database);
  expect(stage.secrets.size).toBeGreaterThan(ROWS.length);
  const logs = [stage, broken, lost].map((opened) => opened.output()).join("");
  expect(logs).toContain('"operation":"CreateRoom"');
  expect(stage.secrets.foundIn(logs)).toEqual([]);
  expect(stage.secrets.foundIn(answers.join("\n"))).toEqual([]);
});
