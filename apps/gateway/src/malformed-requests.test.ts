import {
  createBuild,
  declareBuild,
  endProcess,
  hashToken,
  listHostProcesses,
  type EndReason,
  type RoomsContext,
} from "@roombridge/rooms";
import { createTenant, createToken, expectConsistent, runWaitingProcesses } from "@roombridge/testing";
import { checkProperty, propertyTimeoutMs } from "@roombridge/testing/property";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { exchange, statusesOf } from "../test/exchange.ts";
import {
  bytesOf,
  fuzzRequests,
  goodRequests,
  LASTING_BUILD,
  stormRequests,
  type FuzzRequest,
} from "../test/fuzz-requests.ts";
import { takes } from "../test/path-of.ts";
import { KeptConnection, type RawAnswer } from "../test/kept-connection.ts";
import type { SpawnedGateway } from "../test/spawn-gateway.ts";
import { openStage, type Stage } from "../test/stage.ts";
import { letPlayers, signPlayer } from "../test/players.ts";
import { announce, openStubHost, type StubHost } from "../test/stub-host.ts";
import { createGame, type Game } from "../test/suite.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { documentedAnswers } from "./serialize.ts";

const kept = new URL("malformed-requests.seeds.json", import.meta.url);

/** Requests between two deeds of the host; ten are under way at any time. */
const BATCH = 50;

let stage: Stage;
let rooms: RoomsContext;
let gateway: SpawnedGateway;
let game: Game;
let playerToken: string;
/** Where the gateway asks about processes. */
let host: StubHost;
/** Another application of the game's organisation. */
let otherAppId: string;
/** What came back, but for bodies with credentials. */
const answers: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  ({ rooms } = stage);
  gateway = await stage.spawn({ LOBBIES_PER_PLAYER_PER_HOUR: "0", GATEWAY_WEBHOOK_PRIVATE: "1" });
  game = await createGame(rooms, { roomsPerProcess: 2, maxProcesses: 8 });
  await letPlayers({ rooms, game });
  playerToken = await signPlayer({ rooms, game });
  host = await openStubHost((response, question) => {
    response.writeHead(200).end(question.includes("/metrics?") ? "{}" : "a line\n");
  });
  await announce({ rooms, game }, host.control);
  stage.secrets.add("the token", game.token);
  const { orgId } = game.application;
  await declareBuild(rooms.database, { buildId: LASTING_BUILD, orgId, command: "echo-room" });
  otherAppId = (await createTenant(rooms.database, orgId)).application.appId;
});

afterAll(async () => {
  await stage.close();
  host.close();
});

async function statusOf(bytes: string | Buffer): Promise<number | undefined> {
  return statusesOf(await exchange(gateway.port, bytes))[0];
}

function create(body: Buffer | string, { path = `/rooms/v2/${game.appId}/create`, headers = "" } = {}): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${game.token}\r\n${headers}`;
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
}

interface Batch {
  readonly requests: readonly FuzzRequest[];
  /** What the host does afterwards; the game servers of this test exist in the database only. */
  readonly deed: "nothing" | "run" | "end";
  readonly nth: number;
  readonly end: { readonly reason: EndReason; readonly exitCode: number };
}

describe("any request to any operation", () => {
  const batch: fc.Arbitrary<Batch> = fc.record({
    requests: fc.oneof(
      { weight: 2, arbitrary: fc.array(fuzzRequests(OPERATIONS), { minLength: BATCH, maxLength: BATCH }) },
      { weight: 1, arbitrary: fc.array(stormRequests(OPERATIONS), { minLength: BATCH, maxLength: BATCH }) },
    ),
    deed: fc.constantFrom<Batch["deed"][]>("nothing", "run", "run", "end"),
    nth: fc.nat(),
    end: fc.record({
      reason: fc.constantFrom<EndReason[]>("exited", "spawn_error", "host_lost", "bind_deadline"),
      exitCode: fc.constantFrom(0, 1),
    }),
  });

  const timeout = propertyTimeoutMs();

  test("gets a documented answer below 500, or the parser's 400", { timeout }, async ({ task }) => {
    const { token: otherToken } = await createTenant(rooms.database);
    const connections = Array.from({ length: 10 }, () => new KeptConnection(gateway.port));
    onTestFinished(() => connections.forEach((connection) => connection.close()));
    const seen = new Set<string>();
    let count = 0;

    async function send({ requests, deed, nth, end }: Batch): Promise<void> {
      const living = await newestProcesses();
      const ids = {
        ...game,
        ...game.application,
        playerToken,
        otherToken,
        otherAppId,
        buildIds: await newestBuilds(),
        processIds: living,
        orgTokenIds: await newestTokens(),
        webhookIds: await newestWebhooks(),
      };
      const queue = requests.values();
      const work = connections.map(async (connection) => {
        for (const request of queue) {
          const operation = answeringOperation(request);
          const bytes = bytesOf(request, namedOperation(request), ids);
          const answer = await connection.send(bytes, request.method).catch(refuse(bytes));
          expectHarmless(operation, request, bytes, answer);
          count += 1;
          if (answer.status < 300) seen.add(`${request.method} ${operation.route.operationId}`);
        }
      });
      // All of them, so that the next batch does not meet requests of this one.
      const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      if (deed === "run") await doHostsWork();
      const processId = living[nth % living.length];
      if (deed === "end" && processId !== undefined) await endProcess(rooms.database, { ...end, processId });
      // Start failures would pause the pool for a minute.
      await rooms.database.sql`update pools set stopped_until = null, start_failures = 0`;
    }

    await checkProperty(task.name, batch, send, { runs: 10_000 / BATCH, kept });
    await expectConsistent(rooms.database);
    // Not all of them were refused at the door. What chance has left out is asked for until it is answered.
    const unseen = () =>
      // Nobody makes up an ID token of Google.
      OPERATIONS.filter(({ route: { method, operationId } }) => {
        return operationId !== "LoginGoogle" && !seen.has(`${method.toUpperCase()} ${operationId}`);
      });
    for (let round = 0; count >= 10_000 && round < 100 && unseen().length > 0; round += 1) {
      const [storm, missing] = [stormRequests(OPERATIONS), goodRequests(unseen())].map((arbitrary) =>
        fc.sample(arbitrary, { seed: round, numRuns: BATCH / 2 }),
      );
      const end = { reason: "exited", exitCode: 0 } as const;
      await send({ requests: [...(storm ?? []), ...(missing ?? [])], deed: "run", nth: round, end });
    }
    if (count >= 10_000) expect(unseen().map(({ route }) => route.operationId)).toEqual([]);
  });

  /** Starts what waits and ends what shall stop, as a host does. */
  async function doHostsWork(): Promise<void> {
    await runWaitingProcesses(rooms.database, game.host);
    for (const { processId, stopReason } of await listHostProcesses(rooms.database, game.host.hostId)) {
      if (stopReason !== null) await endProcess(rooms.database, { processId, reason: "exited", exitCode: 0 });
    }
  }

  /** Processes to name in requests: the newest living ones and a few that have ended. */
  async function newestProcesses(): Promise<string[]> {
    const found = await rooms.database.sql<{ processId: string }[]>`
      select process_id as "processId" from processes where app_id = ${game.appId}
       order by terminated_at desc nulls first, created_at desc limit 16`;
    return found.map(({ processId }) => processId);
  }

  /** Tokens to name in requests, without the one that asks. */
  async function newestTokens(): Promise<string[]> {
    const { orgId } = game.application;
    await createToken(rooms.database, orgId, []);
    const found = await rooms.database.sql<{ orgTokenId: string }[]>`
      select org_token_id as "orgTokenId" from org_tokens
       where org_id = ${orgId} and token_hash <> ${hashToken(game.token)} order by created_at desc limit 16`;
    return found.map(({ orgTokenId }) => orgTokenId);
  }

  async function newestWebhooks(): Promise<string[]> {
    const found = await rooms.database.sql<{ webhookId: string }[]>`
      select webhook_id as "webhookId" from webhooks where app_id = ${game.appId} order by created_at desc limit 16`;
    return found.map(({ webhookId }) => webhookId);
  }

  /** Builds to name in requests, one of them new. */
  async function newestBuilds(): Promise<string[]> {
    const { orgId } = game.application;
    await createBuild(rooms, { orgId, orgTokenId: "org-token-1", scopes: null }, {});
    const found = await rooms.database.sql<{ buildId: string }[]>`
      select build_id as "buildId" from builds
       where org_id = ${orgId} and build_id <> ${LASTING_BUILD} order by created_at desc limit 6`;
    return found.map(({ buildId }) => buildId);
  }

  function refuse(bytes: Buffer): (cause: unknown) => never {
    return (cause) => {
      throw new Error(`no answer to ${JSON.stringify(bytes.toString("latin1", 0, 2_000))}`, { cause });
    };
  }

  function namedOperation({ operationId }: FuzzRequest): Operation {
    const named = OPERATIONS.find(({ route }) => route.operationId === operationId);
    if (!named) throw new Error(`no operation ${operationId}`);
    return named;
  }

  /** Of two operations with the same path, or a path that the other's pattern takes, it is the method that decides. */
  function answeringOperation(request: FuzzRequest): Operation {
    const named = namedOperation(request);
    const { path } = named.route;
    const own = request.method === "HEAD" ? "get" : request.method.toLowerCase();
    const others = OPERATIONS.filter(({ route }) => route.method === own);
    const same = others.find(({ route }) => route.path === path);
    return same ?? others.find(({ route }) => takes(route, named.route)) ?? named;
  }

  function expectHarmless({ route }: Operation, { method }: FuzzRequest, bytes: Buffer, answer: RawAnswer): void {
    const { status, head, body } = answer;
    const own = route.method.toUpperCase();
    const isDone = method === own || (method === "HEAD" && own === "GET");
    const documented = isDone ? documentedAnswers(route).keys() : [];
    const asked = JSON.stringify(bytes.toString("latin1", 0, 2_000));
    // 404 and 405 for a path or a method that is not there, 400 and 431 for what Node's parser refuses.
    const allowed = [...documented, ...(method === "OPTIONS" ? [204] : []), 404, 405, 400, 431];
    if (status >= 500 || !allowed.includes(status)) throw new Error(`${status} ${body} to ${asked}`);
    answers.push(
      head,
      status < 300 &&
        /(Create|Resume)Room|CreateIceServers|CreateOrgToken|(Get|Create|Update|Patch)Apps?$|(Create|Rotate)Webhook/.test(
          route.operationId,
        )
        ? ""
        : body,
    );
    if (status < 400 || body === "") return;
    expect(head).toContain("content-type: application/json");
    expect(JSON.parse(body)).toEqual({ message: expect.any(String) });
  }
});

test.each([
  ["garbage", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400],
  ["no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
  ["a Host that is none", "GET /healthz HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n", 400],
  ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400],
  ["a foreign URL", "GET http://a.example/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200],
  ["HTTP/1.0 without Host", "GET /healthz HTTP/1.0\r\n\r\n", 200],
  ["headers without end", `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ["two lengths", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
  [
    "a length and chunks",
    "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
])("broken HTTP is refused: %s", async (_, bytes, status) => {
  expect(await statusOf(bytes)).toBe(status);
});

test("a body that is too long is refused with 422 whether or not it tells its length", async () => {
  const long = `{"region":"Dallas"${" ".repeat(70_000)}}`;
  expect(await exchange(gateway.port, create(long))).toMatch(/^HTTP\/1\.1 422 [\s\S]*at most 65536 bytes/);
  const head = `POST /rooms/v2/${game.appId}/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${game.token}\r\n`;
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`;
  expect(await exchange(gateway.port, chunked)).toMatch(/^HTTP\/1\.1 422 [\s\S]*at most 65536 bytes/);
});

test("a chunked body is read like any other", async () => {
  const head = `POST /rooms/v2/${game.appId}/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${game.token}\r\n`;
  const chunks = '8\r\n{"region\r\na\r\n":"Dallas"\r\n1\r\n}\r\n0\r\n\r\n';
  const status = await statusOf(`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
  expect([201, 429]).toContain(status);
});

test("JSON nested 30,000 deep does no harm", async () => {
  const deep = `{"region":"Moon","x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  expect(await statusOf(create(deep))).toBe(422);
});

test("after all of it nothing was logged as an error, and the gateway serves", async () => {
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  expect(stage.errors()).toEqual([]);
});

test("no log and no answer held a secret", { timeout: propertyTimeoutMs() }, async () => {
  await stage.secrets.learn(rooms.database);
  expect(stage.secrets.foundIn(stage.output())).toEqual([]);
  expect(stage.secrets.foundIn(answers.join("\n"))).toEqual([]);
});
