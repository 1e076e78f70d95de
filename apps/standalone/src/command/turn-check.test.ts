import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoom, listCredentials } from "@roombridge/rooms";
import { type App, createTenant, requireProgram, startApp, type Tenant, TEST_REGION } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoturnTestDatabase, createCoturnDatabase } from "../../test/coturn-database.ts";
import { roombridge } from "../../test/roombridge.ts";
import { callRooms, newDataDir, start } from "../../test/started.ts";
import { parseCommandEnv } from "../env.ts";
import { coturnDatabase } from "../turn-part.ts";
import { type Coturn, startCoturn } from "../turn/coturn.ts";
import { findFreePort } from "../turn/free-port.ts";
import { turnCheck } from "./turn-check.ts";

const HOST = "127.0.0.1";
const binary = requireProgram("turnserver", "coturn") ?? "";
const TURN_CREDENTIAL_KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

describe.skipIf(binary === "")("on a real gateway and a real coturn", () => {
  const folder = mkdtempSync(join(tmpdir(), "turn-check-"));
  const tokenFile = join(folder, "token");
  let database: CoturnTestDatabase;
  let coturn: Coturn;
  let tenant: Tenant;
  let gateways: { readonly known: App; readonly elsewhere: App; readonly empty: App };
  const cleanup = new AsyncDisposableStack();

  beforeAll(async () => {
    database = await createCoturnDatabase();
    tenant = await createTenant(database.rooms.database);
    writeFileSync(tokenFile, `${tenant.token}\n`);
    coturn = await startCoturn({
      ...{ binary, dataDir: folder, host: HOST, port: 0, minPort: 49152, maxPort: 65535, realm: "roombridge" },
      database: { ...coturnDatabase(database.url, database.password), user: database.role },
    });
    const room = { application: tenant.application, region: TEST_REGION, needsProcess: false };
    await createRoom(database.rooms, { ...room, roomId: "arena" });
    const uris = [uri(coturn.port, "udp"), uri(await findFreePort(HOST), "tcp")];
    const [known, elsewhere, empty] = await Promise.all([
      startGateway([`stun:${HOST}:${coturn.port}`, ...uris]),
      startGateway(uris.slice(0, 1), { TURN_REALM: "example.org" }),
      startGateway([]),
    ]);
    gateways = { known, elsewhere, empty };
  }, 120_000);

  afterAll(async () => {
    await cleanup.disposeAsync();
    await coturn.stop();
    await database[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test("each URI is a line of the table, with its times or in words what is wrong, which is exit code 1", async () => {
    const { table, failure } = await check(gateways.known, "arena");
    const ms = String.raw` +\d+\.\d ms`;
    expect(table).toMatch(new RegExp(String.raw`^turn:127\.0\.0\.1:\d+\?transport=udp${ms}${ms}  ok$`, "m"));
    expect(table).toMatch(/^turn:127\.0\.0\.1:\d+\?transport=tcp +- +- {2}nobody listens there/m);
    expect(failure).toBe("1 of 2 do not relay");
    expect(table).not.toContain("stun:");
  });

  test("the room keeps no credential of it that is live", async () => {
    await check(gateways.known, "arena");
    const listed = await listCredentials(database.rooms, tenant.application, "arena");
    const ours = listed.filter(({ playerId }) => playerId?.startsWith("roombridge turn check"));
    expect(new Set(ours.map(({ state }) => state))).toEqual(new Set(["revoked"]));
  });

  test("a credential of another realm than the relay's is a 401", async () => {
    const { table } = await check(gateways.elsewhere, "arena");
    expect(table).toContain("401: the relay does not take the credential");
  });

  test("a gateway that knows no relay is told so", async () => {
    expect((await check(gateways.empty, "arena")).failure).toMatch(/TURN_URIS is empty/);
  });

  test("what the gateway refuses is told, without the token", async () => {
    expect((await check(gateways.empty, "nowhere")).failure).toContain("no room nowhere");
    expect((await check(gateways.empty, undefined)).failure).toContain("--room");
    writeFileSync(join(folder, "wrong"), "not-a-token-of-anybody");
    const { failure } = await check(gateways.empty, "arena", join(folder, "wrong"));
    expect(failure).toMatch(/./);
    expect(failure).not.toContain("not-a-token");
    expect((await check(gateways.empty, "arena", "/no/such/file")).failure).toContain("/no/such/file");
  });

  async function startGateway(uris: readonly string[], variables: Record<string, string> = {}): Promise<App> {
    const app = await startApp({
      path: "apps/gateway/src/main.ts",
      env: {
        ...{ DATABASE_URL: database.url, GATEWAY_PORT: "0", LOG_FORMAT: "json" },
        ...{ TURN_URIS: uris.join(","), TURN_CREDENTIAL_KEYS, ...variables },
      },
      readyPattern: /"port":(\d+).*"gateway ready"/,
    });
    cleanup.defer(async () => void (await app.stop()));
    return app;
  }

  async function check({ ready }: App, room: string | undefined, file = tokenFile) {
    const where = ["--gateway", `http://127.0.0.1:${ready[1]}`, "--app", tenant.application.appId];
    const args = [...where, "--token-file", file, ...(room === undefined ? [] : ["--room", room])];
    const lines: string[] = [];
    const failure = await turnCheck(args, parseCommandEnv({}), (line) => lines.push(line)).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    return { table: lines.join("\n"), failure };
  }
});

describe.skipIf(binary === "")("on npm start", () => {
  test("it finds gateway, token and application by itself, and leaves no room", async () => {
    const dataDir = newDataDir();
    const started = await start(dataDir.path);
    try {
      const { code, stdout, stderr } = await roombridge(["turn", "check"], { ROOMBRIDGE_DATA_DIR: dataDir.path });
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(started.gateway);
      expect(stdout).not.toContain(started.token.trim());
      expect(stdout.match(/ {2}ok$/gm)).toHaveLength(2);
      expect(await callRooms(started, "list")).toMatchObject({ body: { rooms: [] } });
    } finally {
      await started.app.stop();
      await dataDir.remove();
    }
    const afterwards = await roombridge(["turn", "check"], { ROOMBRIDGE_DATA_DIR: dataDir.path });
    expect(afterwards).toMatchObject({ code: 1, stderr: expect.stringContaining("--gateway") });
  }, 180_000);
});

function uri(port: number, transport: string): string {
  return `turn:${HOST}:${port}?transport=${transport}`;
}
