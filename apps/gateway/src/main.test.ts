import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import {
  createTestDatabase,
  openTestRooms,
  REPOSITORY_ROOT,
  startApp,
  TEST_REGION,
  waitFor,
  type TestDatabase,
} from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { gatewayEnv, spawnGateway, type SpawnedGateway } from "../test/spawn-gateway.ts";
import { asCaller, createGame, type Game } from "../test/suite.ts";

const path = "apps/gateway/src/main.ts";
let database: TestDatabase;
let rooms: RoomsContext;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
});

afterAll(async () => {
  await closeRooms(rooms);
  await database.drop();
});

/** What the gateway prints when it refuses to start. */
async function refusalOf(env: Record<string, string>): Promise<string> {
  const start = startApp({ path, env, readyPattern: /gateway ready/ });
  const error = await start.then(
    (app) => app.kill(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("the gateway should not have started");
  expect(error.message).toContain("exit code 1");
  return error.message;
}

function create({ url }: SpawnedGateway, { appId, token }: Game): Promise<Response> {
  const body = JSON.stringify({ region: TEST_REGION });
  return fetch(`${url}/rooms/v2/${appId}/create`, { method: "POST", headers: asCaller(token), body });
}

/** Stops placement in the game's pool; what is created meanwhile is under way until `release`. */
async function holdPool(gateway: SpawnedGateway, game: Game) {
  expect((await create(gateway, game)).status).toBe(201);
  const { sql } = rooms.database;
  const locked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const done = sql.begin(async (tx) => {
    await tx`select lock_pool(pool_id) from pools where app_id = ${game.appId}`;
    locked.resolve();
    await held.promise;
  });
  await locked.promise;
  const release = async () => {
    held.resolve();
    await done;
  };
  onTestFinished(release);
  const isWaitedFor = async () => {
    const waiting = await sql`
      select from pg_stat_activity where wait_event = 'advisory' and application_name = 'roombridge gateway' and datname = current_database()`;
    return waiting.length > 0;
  };
  return { release, untilWaitedFor: () => waitFor(isWaitedFor, { what: "a create to wait for the pool" }) };
}

describe("the start is refused with exit code 1", () => {
  test("problems of the environment are printed all at once, without secrets", async () => {
    const key = Buffer.alloc(16, 1).toString("base64");
    const output = await refusalOf({
      GATEWAY_PORT: "x",
      TURN_TTL_SECONDS: "5",
      TURN_CREDENTIAL_KEYS: `k1:${key}`,
      LOG_LEVEL: "loud",
    });
    for (const name of ["GATEWAY_PORT", "TURN_TTL_SECONDS", "TURN_CREDENTIAL_KEYS", "LOG_LEVEL", "DATABASE_URL"]) {
      expect(output).toContain(`${name}: `);
    }
    expect(output).not.toContain(key);
  });

  test("when the database is older than this release", async () => {
    const old = await createTestDatabase();
    onTestFinished(() => old.drop());
    const { database: opened, ...context } = openTestRooms(old.url);
    await opened.sql`drop schema drizzle cascade`;
    await closeRooms({ database: opened, ...context });
    expect(await refusalOf(gatewayEnv(old.url))).toContain("run `roombridge migrate` first");
  });

  test("when the port is taken", async () => {
    const { app, port } = await spawnGateway(database.url);
    expect(await refusalOf({ ...gatewayEnv(database.url), GATEWAY_PORT: String(port) })).toContain("EADDRINUSE");
    await app.stop();
  });
});

describe("SIGTERM", () => {
  test("creates under way are answered, readyz says 503 first, connections close, the exit code is 0", async () => {
    const gateway = await spawnGateway(database.url);
    const game = await createGame(rooms);
    const pool = await holdPool(gateway, game);
    const creates = Array.from({ length: 20 }, () => create(gateway, game));
    await pool.untilWaitedFor();

    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    const stopped = gateway.app.stop();
    expect(await lastReadiness(gateway)).toBe(503);
    await pool.release();

    const answers = await Promise.all(creates);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    for (const { headers } of answers) expect(headers.get("connection")).toBe("close");
    expect(await stopped).toEqual({ code: 0, signal: null });
    const [count] = await rooms.database.sql`select count(*)::int as rooms from rooms where app_id = ${game.appId}`;
    expect(count).toEqual({ rooms: 21 });
  });

  test("connections that ask nothing do not hold it up", async () => {
    const gateway = await spawnGateway(database.url);
    const silent = connect(gateway.port, "127.0.0.1").on("error", () => {});
    const idle = connect(gateway.port, "127.0.0.1").on("error", () => {});
    idle.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await Promise.all([once(silent, "connect"), once(idle, "data")]);
    const startedAt = performance.now();
    expect(await gateway.app.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test("a second signal ends it at once", async () => {
    const gateway = await spawnGateway(database.url);
    const game = await createGame(rooms);
    const pool = await holdPool(gateway, game);
    const lost = create(gateway, game).catch(() => "cut");
    await pool.untilWaitedFor();
    process.kill(gateway.app.pid, "SIGTERM");
    await gateway.app.line(/gateway draining/);
    process.kill(gateway.app.pid, "SIGINT");
    expect(await gateway.app.exited).toEqual({ code: 1, signal: null });
    expect(await lost).toBe("cut");
  });

  test("what takes longer than 20 s is given up", { timeout: 90_000 }, async () => {
    const { app, port } = await spawnGateway(database.url);
    const { appId, token } = await createGame(rooms);
    const upload = connect(port, "127.0.0.1").on("error", () => {});
    const head = `POST /rooms/v2/${appId}/create HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: ${token}\r\n`;
    upload.write(`${head}Content-Length: 10\r\n\r\n{`);
    await once(upload, "data");
    const startedAt = performance.now();
    expect(await app.stop()).toEqual({ code: 1, signal: null });
    expect(performance.now() - startedAt).toBeGreaterThan(19_000);
    expect(app.output()).toContain("was given up");
  });
});

/** The last answer of /readyz before connections are refused. */
async function lastReadiness({ url }: SpawnedGateway): Promise<number | undefined> {
  let last: number | undefined;
  const isRefused = () =>
    fetch(`${url}/readyz`).then(
      ({ status }) => {
        last = status;
        return false;
      },
      () => true,
    );
  await waitFor(isRefused, { what: "the gateway to stop accepting connections" });
  return last;
}

describe("under a supervisor", () => {
  async function supervise(): Promise<{ child: ChildProcess; ready: unknown; exited: Promise<unknown[]> }> {
    const child = fork(join(REPOSITORY_ROOT, path), {
      env: { ...gatewayEnv(database.url), ROOMBRIDGE_SUPERVISED: "1" },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const [ready] = await once(child, "message");
    return { child, ready, exited };
  }

  test("it reports the real port by message, leaves Ctrl-C to the supervisor, and ends when told so", async () => {
    const { child, ready, exited } = await supervise();
    expect(ready).toEqual({ type: "ready", port: expect.any(Number) });
    const { port } = ready as { port: number };
    child.kill("SIGINT");
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  test("it ends when the supervisor is gone", async () => {
    const { child, exited } = await supervise();
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });
});
