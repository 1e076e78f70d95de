import { endProcess, listHostProcesses, type EndReason, type RoomsContext } from "@roombridge/rooms";
import { createTenant, expectConsistent, runWaitingProcesses } from "@roombridge/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { exchange, statusesOf } from "../test/exchange.ts";
import { bytesOf, fuzzRequests, stormRequests, type FuzzRequest } from "../test/fuzz-requests.ts";
import { KeptConnection, type RawAnswer } from "../test/kept-connection.ts";
import type { SpawnedGateway } from "../test/spawn-gateway.ts";
import { openStage, type Stage } from "../test/stage.ts";
import { createGame, type Game } from "../test/suite.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { documentedAnswers } from "./serialize.ts";

/** How many requests are made up; their seed is printed, and can be given to see the same ones again. */
const total = Number(process.env["FUZZ_REQUESTS"] ?? 10_000);

/** Requests between two deeds of the host; ten are under way at any time. */
const BATCH = 50;

let stage: Stage;
let rooms: RoomsContext;
let gateway: SpawnedGateway;
let game: Game;
/** What came back, but for bodies with credentials. */
const answers: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  ({ rooms } = stage);
  gateway = await stage.spawn();
  game = await createGame(rooms, { roomsPerProcess: 2, maxProcesses: 8 });
  stage.secrets.add("the token", game.token);
});

afterAll(async () => {
  await stage.close();
});

async function statusOf(bytes: string | Buffer): Promise<number | undefined> {
  return statusesOf(await exchange(gateway.port, bytes))[0];
}

function create(body: Buffer | string, { path = `/rooms/v2/${game.appId}/create`, headers = "" } = {}): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${game.token}\r\n${headers}`;
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
}

describe("any request to any operation", () => {
  const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

  /** What the host does after a batch; the game servers of this test exist in the database only. */
  const deed = fc.record({
    do: fc.constantFrom("nothing", "run", "run", "end"),
    nth: fc.nat(),
    reason: fc.constantFrom<EndReason[]>("exited", "spawn_error", "host_lost", "bind_deadline"),
    exitCode: fc.constantFrom(0, 1),
  });

  test(
    `gets a documented answer below 500, or the parser's 400 (${total} requests)`,
    { timeout: 120_000 + 30 * total },
    async () => {
      console.info(`FUZZ_SEED=${seed}`);
      const { database } = rooms;
      const { token: otherToken } = await createTenant(database);
      const connections = Array.from({ length: 10 }, () => new KeptConnection(gateway.port));
      onTestFinished(() => connections.forEach((connection) => connection.close()));
      const seen = new Map<string, number>();
      const batches = fc.asyncProperty(
        fc.oneof(
          { weight: 2, arbitrary: fc.array(fuzzRequests(OPERATIONS), { minLength: BATCH, maxLength: BATCH }) },
          { weight: 1, arbitrary: fc.array(stormRequests(OPERATIONS), { minLength: BATCH, maxLength: BATCH }) },
        ),
        deed,
        async (requests, { do: what, ...end }) => {
          const living = await livingProcesses();
          const ids = { appId: game.appId, token: game.token, otherToken, processIds: living };
          const queue = requests.values();
          const work = connections.map(async (connection) => {
            for (const request of queue) {
              const operation = operationNamed(request.operationId);
              const bytes = bytesOf(request, operation, ids);
              const answer = await connection.send(bytes, request.method).catch(refuse(bytes));
              expectHarmless(operation, request, bytes, answer);
              const key = `${request.operationId} ${answer.status}`;
              seen.set(key, (seen.get(key) ?? 0) + 1);
            }
          });
          await Promise.all(work);
          if (what === "run") await doHostsWork();
          const processId = living[end.nth % living.length];
          if (what === "end" && processId !== undefined) await endProcess(database, { ...end, processId });
          // Start failures would pause the pool for a minute.
          await database.sql`update pools set stopped_until = null, start_failures = 0`;
        },
      );
      await fc.assert(batches, {
        seed,
        numRuns: Math.ceil(total / BATCH),
        endOnFailure: true,
        includeErrorInReport: true,
      });
      await expectConsistent(database);
      // The requests were not all refused at the door: every operation has done what it is for, or said what is missing.
      const succeeded = OPERATIONS.filter(({ route }) =>
        [200, 201, 204].some((status) => seen.has(`${route.operationId} ${status}`)),
      );
      if (total >= 10_000) expect(succeeded).toHaveLength(OPERATIONS.length);
    },
  );

  /** Starts what waits and ends what shall stop, as a host does. */
  async function doHostsWork(): Promise<void> {
    await runWaitingProcesses(rooms.database, game.host);
    for (const { processId, stopReason } of await listHostProcesses(rooms.database, game.host.hostId)) {
      if (stopReason !== null) await endProcess(rooms.database, { processId, reason: "exited", exitCode: 0 });
    }
  }

  /** Processes to name in requests: the newest living ones and a few that have ended. */
  async function livingProcesses(): Promise<string[]> {
    const found = await rooms.database.sql<{ processId: string }[]>`
      select process_id as "processId" from processes where app_id = ${game.appId}
       order by terminated_at desc nulls first, created_at desc limit 16`;
    return found.map(({ processId }) => processId);
  }

  function refuse(bytes: Buffer): (cause: unknown) => never {
    return (cause) => {
      throw new Error(`no answer to ${JSON.stringify(bytes.toString("latin1", 0, 2_000))}`, { cause });
    };
  }

  function operationNamed(operationId: string): Operation {
    const found = OPERATIONS.find(({ route }) => route.operationId === operationId);
    if (!found) throw new Error(`no operation ${operationId}`);
    return found;
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
    answers.push(head, status < 300 && /(Create|Resume)Room/.test(route.operationId) ? "" : body);
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

test("no log and no answer held a secret", { timeout: 60_000 + 10 * total }, async () => {
  await stage.secrets.learn(rooms.database);
  expect(stage.secrets.foundIn(stage.output())).toEqual([]);
  expect(stage.secrets.foundIn(answers.join("\n"))).toEqual([]);
});
