import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Place } from "../test/arrange.ts";
import { clearDatabase } from "../test/clear-database.ts";
import { DRIVERS, ROWS } from "../test/conformance/rows.ts";
import { exchange } from "../test/exchange.ts";
import { pathOf, takes } from "../test/path-of.ts";
import type { SpawnedGateway } from "../test/spawn-gateway.ts";
import { openStage, type Stage } from "../test/stage.ts";
import { createGame } from "../test/suite.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { documentedAnswers } from "./serialize.ts";

// What old and sloppy clients send, for every operation: each test repeats the operation's first success in another form.

const BASE_PATH = "/games/hathora";
/** Pages of games call these without a backend in between. */
const FOR_BROWSERS = [
  "GetConnectionInfo",
  "GetConnectionInfoDeprecated",
  "GetRoomInfo",
  "GetRoomInfoDeprecated",
  "CreateIceServers",
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

let stage: Stage;
let gateway: SpawnedGateway;
let below: SpawnedGateway;

beforeAll(async () => {
  stage = await openStage();
  [gateway, below] = await Promise.all([stage.spawn(), stage.spawn({ GATEWAY_BASE_PATH: BASE_PATH })]);
});

afterAll(async () => {
  await stage.close();
});

interface Success {
  readonly operation: Operation;
  readonly operationId: string;
  readonly method: string;
  readonly isPublic: boolean;
  readonly hasBody: boolean;
}

const SUCCESSES: readonly Success[] = OPERATIONS.map((operation) => {
  const { route } = operation;
  return {
    operation,
    operationId: route.operationId,
    method: route.method.toUpperCase(),
    isPublic: route.security === undefined,
    hasBody: route.request?.body !== undefined,
  };
});

/** Arranges the first success of the operation in the table. */
async function arrange({ operation }: Success) {
  const { operationId } = operation.route;
  const row = ROWS.find((one) => one.operationId === operationId && one.status < 300);
  if (!row) throw new Error(`the table has no success of ${operationId}`);
  await clearDatabase(stage.rooms.database);
  const place: Place = { rooms: stage.rooms, game: await createGame(stage.rooms, row.game) };
  const { call, verify } = await row.arrange(place);
  const { appId, roomId, processId, region, buildId, deploymentId, orgId, orgTokenId, shortCode, webhookId } = call;
  const { token = "", playerToken = token } = call;
  const values = { appId, roomId, processId, region, buildId, deploymentId, orgId, orgTokenId, shortCode, webhookId };
  const known =
    call.params ??
    call.lobby ??
    call.login ??
    call.registration ??
    call.issue ??
    call.revoke ??
    call.newApp ??
    call.app ??
    call.newBuild ??
    call.registry ??
    call.newDeployment ??
    call.newToken ??
    call.newWebhook ??
    call.webhook ??
    (call.since && { since: call.since });
  const body = known ?? (call.roomConfig === undefined ? {} : { roomConfig: call.roomConfig });
  return { status: row.status, call, values, token: playerToken, body, verify };
}

interface Change {
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: (token: string) => string;
  readonly encode?: (value: string) => string;
  readonly query?: string;
  readonly body?: (body: object) => string;
  readonly url?: () => string;
  readonly method?: string;
}

/** Makes the request with one thing changed; it must succeed like the one without. */
async function expectSuccess(success: Success, change: Change): Promise<Response> {
  const { status, values, token, body, verify } = await arrange(success);
  const { authorization = (text) => `Bearer ${text}`, query = "", url = () => gateway.url } = change;
  const path = pathOf(success.operation.route, values, change.encode);
  const response = await fetch(url() + path + query, {
    method: change.method ?? success.method,
    headers: { ...(success.isPublic ? {} : { authorization: authorization(token) }), ...change.headers },
    ...(success.hasBody ? { body: (change.body ?? JSON.stringify)(body) } : {}),
  });
  expect(response.status).toBe(status);
  await verify?.();
  return response;
}

/** Every byte as an escape, as nobody has to but anybody may (RFC 3986 section 2.1). */
function encodeEverything(value: string): string {
  return [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

describe.each(SUCCESSES.filter(({ isPublic }) => !isPublic))("the token of $operationId", (success) => {
  test.each([
    ["has no scheme", (token: string) => token],
    ["has its scheme in lower case", (token: string) => `bearer ${token}`],
    ["has its scheme in capitals and many spaces", (token: string) => `BEARER   ${token}`],
  ])("%s", async (_, authorization) => {
    await expectSuccess(success, { authorization });
  });
});

describe.each(SUCCESSES)("$operationId", (success) => {
  test("takes ids that are percent-encoded byte by byte", async () => {
    await expectSuccess(success, { encode: encodeEverything });
  });

  test("ignores parameters, headers and a content type that it does not know", async () => {
    const headers = { "content-type": "text/html", cookie: "", "x-unknown": "1", accept: "text/html" };
    await expectSuccess(success, { query: "?unknown=1&unknown=2&__proto__=3", headers });
  });

  test("lies below the base path, for both clients", async () => {
    await expectSuccess(success, { url: () => below.url + BASE_PATH });
    for (const driver of DRIVERS.filter(({ operationIds }) => operationIds.includes(success.operationId))) {
      for (const slashes of ["", "/"]) {
        const { status, call } = await arrange(success);
        const outcome = await driver.call(below.url + BASE_PATH + slashes, success.operationId, call);
        expect(outcome.status).toBe(status);
      }
    }
  });

  test("has CORS headers if and only if browsers call it, and the preflight if any operation of its path has", async () => {
    const isForBrowsers = FOR_BROWSERS.includes(success.operationId);
    const { path } = success.operation.route;
    const hasPages = SUCCESSES.some(
      ({ operation, operationId }) => operation.route.path === path && FOR_BROWSERS.includes(operationId),
    );
    const headers = { origin: "https://game.example" };
    const { headers: answer } = await expectSuccess(success, { headers });
    expect(answer.get("access-control-allow-origin")).toBe(isForBrowsers ? "*" : null);
    const { values } = await arrange(success);
    const preflight = await fetch(gateway.url + pathOf(success.operation.route, values), {
      method: "OPTIONS",
      headers: {
        ...headers,
        "access-control-request-method": success.method,
        "access-control-request-headers": "authorization",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(hasPages ? "*" : null);
    expect(preflight.headers.get("access-control-allow-headers")).toBe(hasPages ? "Authorization, Content-Type" : null);
  });
});

// Except for RevokeIceServers, where a key that is spelled wrong would revoke the whole room.
test.each(SUCCESSES.filter(({ hasBody, operationId }) => hasBody && operationId !== "RevokeIceServers"))(
  "the body of $operationId may have keys that nobody knows",
  async (success) => {
    const body = (known: object) =>
      JSON.stringify({ visibility: "public", ["__proto__"]: { a: 1 }, ...known, nested: [{}] });
    await expectSuccess(success, { body });
  },
);

describe.each(SUCCESSES.filter(({ hasBody }) => hasBody))("the body of $operationId", (success) => {
  test("may begin and end with white space", async () => {
    await expectSuccess(success, { body: (known) => `\r\n\t ${JSON.stringify(known, undefined, 2)}\n` });
  });
});

describe.each(SUCCESSES.filter(({ method }) => method === "GET"))("HEAD of $operationId", (success) => {
  test("answers like GET without the body", async () => {
    const head = await expectSuccess(success, { method: "HEAD" });
    const isStream = documentedAnswers(success.operation.route).get(200) === "stream";
    const isEvents = success.operationId === "FollowRoomEvents";
    const streamType = isEvents ? "text/event-stream" : "application/octet-stream";
    expect(head.headers.get("content-type")).toBe(isStream ? streamType : "application/json");
    expect(await head.text()).toBe("");
  });
});

describe.each(SUCCESSES.filter(({ method }) => method === "POST"))("$operationId by another method", (success) => {
  const { route } = success.operation;
  const own = SUCCESSES.filter(({ operation }) => takes(operation.route, route)).map(({ method }) => method);
  const all = ["OPTIONS", ...own, ...(own.includes("GET") ? ["HEAD"] : [])].toSorted();
  const allowed = all.join(", ");

  test.each(["GET", "HEAD", "PUT", "PATCH", "DELETE"].filter((method) => !all.includes(method)))(
    "%s is refused with 405 and changes nothing",
    async (method) => {
      const { values, token } = await arrange(success);
      const path = pathOf(success.operation.route, values);
      const response = await fetch(gateway.url + path, { method, headers: { authorization: token } });
      expect([response.status, response.headers.get("allow")]).toEqual([405, allowed]);
    },
  );
});

describe.each(SUCCESSES.filter(({ method, hasBody }) => method === "POST" && !hasBody))(
  "$operationId, which takes no body,",
  (success) => {
    test.each([
      ["with a length of 0 and no content type", "Content-Length: 0\r\n", ""],
      ["with an empty body that claims to be JSON", "Content-Type: application/json\r\nContent-Length: 0\r\n", ""],
      ["with {}", "Content-Type: application/json\r\nContent-Length: 2\r\n", "{}"],
      ["without any length", "", ""],
      ["with no chunks at all", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"],
      ["with something else", "Content-Type: application/xml\r\nContent-Length: 4\r\n", "\xff\x00<a"],
    ])("is done %s", async (_, headers, body) => {
      const { status, values, token, verify } = await arrange(success);
      const path = pathOf(success.operation.route, values);
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n`;
      const received = await exchange(gateway.port, Buffer.from(`${head}${headers}\r\n${body}`, "latin1"));
      expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      await verify?.();
    });
  },
);

describe.each(SUCCESSES.filter(({ method }) => method === "GET"))("$operationId, as Unreal sends it,", (success) => {
  test("is answered though it claims to have JSON", async () => {
    await expectSuccess(success, { headers: { "content-type": "application/json" } });
  });
});

test.each(["a%2Fb", "%2e%2e", "%2e", "..", ".", "a%00b", "%ff%fe", "%zz", "%", "%25"])(
  "%s is no roomId, and no other path",
  async (id) => {
    const { appId } = await createGame(stage.rooms);
    const path = `/rooms/v2/${appId}/connectioninfo/${id}`;
    const received = await exchange(gateway.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 (404|422) [\s\S]*\{"message":"[^"]*"\}/);
  },
);

test("the gateways have logged no error", () => {
  expect(stage.errors()).toEqual([]);
});
