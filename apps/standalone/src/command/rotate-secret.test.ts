import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoom, findTurnSecret, issueCredential, rotateTurnSecret } from "@roombridge/rooms";
import { createTenant, requireProgram, TEST_REGION } from "@roombridge/testing";
import { allocate, type Refusal } from "@roombridge/turn-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoturnTestDatabase, createCoturnDatabase } from "../../test/coturn-database.ts";
import { restCredential } from "../../test/rest-credential.ts";
import { roombridge } from "../../test/roombridge.ts";
import { parseCommandEnv } from "../env.ts";
import { ensureTurnSecret } from "../turn-secret.ts";
import { coturnDatabase } from "../turn-part.ts";
import { type Coturn, startCoturn } from "../turn/coturn.ts";
import { rotateSecret } from "./rotate-secret.ts";

const binary = requireProgram("turnserver", "coturn") ?? "";
const HOST = "127.0.0.1";
const REALM = "roombridge";
const DAY_MS = 86_400_000;

describe.skipIf(binary === "")("TURN_MODE=rest on a real coturn", () => {
  const folder = mkdtempSync(join(tmpdir(), "roombridge-rest-"));
  const lines: string[] = [];
  let database: CoturnTestDatabase;
  let coturn: Coturn;

  beforeAll(async () => {
    database = await createCoturnDatabase({ mode: "rest" });
    coturn = await startCoturn({
      binary,
      dataDir: folder,
      host: HOST,
      port: 0,
      minPort: 49152,
      maxPort: 65535,
      realm: REALM,
      database: { ...coturnDatabase(database.url, database.password), user: database.role },
      credentials: "secrets",
      config: { verbose: true },
      onLine: (line) => lines.push(line),
    });
  });

  afterAll(async () => {
    await coturn.stop();
    await database[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test("what the core issues opens the relay with the secret of the first start", async () => {
    const { rooms } = database;
    await ensureTurnSecret(rooms.database, REALM);
    const first = await current();
    await ensureTurnSecret(rooms.database, REALM);
    expect(await current()).toBe(first);
    const { application } = await createTenant(rooms.database);
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "arena", needsProcess: false });
    const issued = await issueCredential(rooms, application, { roomId: "arena", playerId: "ann" });
    expect(await opens(issued)).toBe(true);
    expect(await opens({ ...issued, password: "wrong" })).toBe(401);
  });

  test("a new secret issues at once, the one before opens until the overlap ends, and is refused in the next packet", async () => {
    await ensureTurnSecret(database.rooms.database, REALM);
    const before = await current();
    const { code, stdout } = await roombridge(["turn", "rotate-secret", "--overlap", "1"], {
      DATABASE_URL: database.url,
    });
    expect(code).toBe(0);
    const after = await current();
    expect(after).not.toBe(before);
    expect([stdout.includes(before), stdout.includes(after)]).toEqual([false, false]);
    expect([await opens(restCredential(before)), await opens(restCredential(after))]).toEqual([true, true]);
    await end(before);
    expect([await opens(restCredential(before)), await opens(restCredential(after))]).toEqual([401, true]);
  });

  test("a scheduled secret issues when its time has come, and relays know it a minute before", async () => {
    await ensureTurnSecret(database.rooms.database, REALM);
    const before = await current();
    const at = new Date(Date.now() + DAY_MS).toISOString();
    const told = await rotate(["--at", at, "--overlap", "2"]);
    expect(told).toContain(`a new secret issues from ${at} on`);
    expect(told).toContain(`until ${new Date(Date.parse(at) + 7_200_000).toISOString()}`);
    expect(await current()).toBe(before);
    const next = await newest();
    expect(await opens(restCredential(next))).toBe(401);
    await begin(next, "50 seconds");
    expect(await current()).toBe(before);
    expect([await opens(restCredential(before)), await opens(restCredential(next))]).toEqual([true, true]);
    await begin(next, "0 seconds");
    expect(await current()).toBe(next);
  });

  test("a username whose time is over opens nothing", async () => {
    await ensureTurnSecret(database.rooms.database, REALM);
    expect(await opens(restCredential(await current(), { ttlSeconds: -1 }))).toBe(401);
  });

  test("the secret of another realm opens nothing here", async () => {
    const value = randomBytes(32).toString("base64url");
    await rotateTurnSecret(database.rooms.database, { realm: "example.org", value, overlapSeconds: 0 });
    expect(await opens(restCredential(value))).toBe(401);
  });

  test("more than the quota of one user is refused, whatever time its usernames bear", async () => {
    await ensureTurnSecret(database.rooms.database, REALM);
    const secret = await current();
    await using cleanup = new AsyncDisposableStack();
    const results: (true | number)[] = [];
    for (let count = 0; count < 65; count += 1) {
      const credential = restCredential(secret, { user: "room.one", ttlSeconds: 3_600 + count });
      const result = await allocate({ ...address(), ...credential });
      if (result.ok) cleanup.defer(() => result.abandon());
      results.push(codeOf(result));
    }
    expect(results).toEqual([...Array.from({ length: 64 }, () => true), 486]);
  });

  test("a secret of the environment is not rotated in the database", async () => {
    const variables = { DATABASE_URL: database.url, TURN_REST_SECRET: "a-secret-of-the-environment" };
    await expect(rotateSecret([], parseCommandEnv(variables), () => {})).rejects.toThrow("TURN_REST_SECRET is set");
  });

  test("no line of coturn holds a secret", async () => {
    const rows = await database.rooms.database.sql<{ value: string }[]>`select value from turn_secrets`;
    expect(rows.length).toBeGreaterThan(2);
    expect(lines.length).toBeGreaterThan(50);
    for (const { value } of rows) expect(lines.filter((line) => line.includes(value))).toEqual([]);
  });

  function address() {
    return { host: HOST, port: coturn.port, transport: "udp" } as const;
  }

  async function opens(credential: { readonly username: string; readonly password: string }): Promise<true | number> {
    const result = await allocate({ ...address(), ...credential });
    if (result.ok) await result.close();
    return codeOf(result);
  }

  async function rotate(args: readonly string[]): Promise<string> {
    const told: string[] = [];
    await rotateSecret(args, parseCommandEnv({ DATABASE_URL: database.url }), (line) => told.push(line));
    return told.join("\n");
  }

  async function current(): Promise<string> {
    return (await findTurnSecret(database.rooms.database, REALM)) ?? "none";
  }

  async function newest(): Promise<string> {
    const [row] = await database.rooms.database.sql<{ value: string }[]>`
      select value from turn_secrets where realm = ${REALM} order by not_before desc limit 1`;
    return row?.value ?? "none";
  }

  async function begin(value: string, delay: string): Promise<void> {
    await database.rooms.database.sql`
      update turn_secrets set not_before = clock_timestamp() + ${delay}::interval where value = ${value}`;
  }

  async function end(value: string): Promise<void> {
    await database.rooms.database.sql`update turn_secrets set not_after = clock_timestamp() where value = ${value}`;
  }
});

function codeOf(result: { readonly ok: true } | Refusal): true | number {
  return result.ok || result.code;
}
