import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoom, listCredentials } from "@roombridge/rooms";
import { type App, createTenant, requireProgram, startApp, type Tenant, TEST_REGION } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoturnTestDatabase, createCoturnDatabase } from "../../test/coturn-database.ts";
import { roombridge } from "../../test/roombridge.ts";
import { callRooms, newDataDir, start } from "../../test/started.ts";
import { coturnDatabase } from "../turn-part.ts";
import { type Coturn, startCoturn } from "../turn/coturn.ts";
import { findFreePort } from "../turn/free-port.ts";

const HOST = "127.0.0.1";
const binary = requireProgram("turnserver", "coturn") ?? "";
const TURN_CREDENTIAL_KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

describe.skipIf(binary === "")("on a real gateway and a real coturn", () => {
  const folder = mkdtempSync(join(tmpdir(), "turn-check-"));
  const tokenFile = join(folder, "token");
  let database: CoturnTestDatabase;
  let coturn: Coturn;
  let tenant: Tenant;

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
  });

  afterAll(async () => {
    await coturn.stop();
    await database[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test("every URI that relays is a line of the table; the room keeps nothing that is live", async () => {
    await using gateway = await startGateway(["udp", "tcp"].map((transport) => uri(coturn.port, transport)));
    const { code, stdout, stderr } = await check(gateway);
    expect([code, stderr]).toEqual([0, ""]);
    const ms = String.raw` +\d+\.\d ms`;
    for (const transport of ["udp", "tcp"])
      expect(stdout).toMatch(new RegExp(`^turn:127\\.0\\.0\\.1:\\d+\\?transport=${transport}${ms}${ms}  ok$`, "m"));
    const listed = await listCredentials(database.rooms, tenant.application, "arena");
    const ours = listed.filter(({ playerId }) => playerId?.startsWith("roombridge turn check"));
    expect(ours.map(({ state }) => state)).toEqual(["revoked"]);
  });

  test("one that does not relay is told in words, and the exit code is 1", async () => {
    await using gateway = await startGateway([uri(coturn.port, "udp"), uri(await findFreePort(HOST), "tcp")]);
    const { code, stdout, stderr } = await check(gateway);
    expect([code, stderr]).toEqual([1, "roombridge: 1 of 2 do not relay\n"]);
    expect(stdout).toMatch(/transport=udp .* ok$/m);
    expect(stdout).toMatch(/transport=tcp +- +- {2}nobody listens there/m);
  });

  test("a relay of another realm than the gateway's is a 401", async () => {
    await using gateway = await startGateway([uri(coturn.port, "udp")], { TURN_REALM: "example.org" });
    const { code, stdout } = await check(gateway, await newRoomOf("example.org"));
    expect(code).toBe(1);
    expect(stdout).toContain("401: the relay does not take the credential");
  });

  test("a gateway that knows no relay is told so", async () => {
    await using gateway = await startGateway([]);
    const { code, stderr } = await check(gateway);
    expect([code, stderr]).toEqual([1, expect.stringContaining("TURN_URIS is empty")]);
  });

  test("what the gateway refuses is told, without the token", async () => {
    await using gateway = await startGateway([]);
    const noRoom = await check(gateway, "nowhere");
    expect(noRoom).toMatchObject({ code: 1, stderr: expect.stringContaining("no room nowhere") });
    const noDeployment = await check(gateway, undefined);
    expect(noDeployment).toMatchObject({ code: 1, stderr: expect.stringContaining("--room") });
    writeFileSync(join(folder, "wrong"), "not-a-token-of-anybody");
    const noToken = await roombridge(options(gateway, "arena", join(folder, "wrong")), {});
    expect(noToken.code).toBe(1);
    expect(noToken.stderr).not.toContain("not-a-token");
  });

  /** A room whose credentials are of another realm, as the gateway with that TURN_REALM issues them. */
  async function newRoomOf(realm: string): Promise<string> {
    const roomId = `room-of-${realm.replaceAll(".", "-")}`;
    const room = { application: tenant.application, region: TEST_REGION, needsProcess: false, roomId };
    await createRoom(database.rooms, room);
    return roomId;
  }

  async function startGateway(uris: readonly string[], variables: Record<string, string> = {}) {
    const app = await startApp({
      path: "apps/gateway/src/main.ts",
      env: {
        ...{ DATABASE_URL: database.url, GATEWAY_PORT: "0", LOG_FORMAT: "json" },
        ...{ TURN_URIS: uris.join(","), TURN_CREDENTIAL_KEYS, ...variables },
      },
      readyPattern: /"port":(\d+).*"gateway ready"/,
    });
    return { app, [Symbol.asyncDispose]: async () => void (await app.stop()) };
  }

  function check(gateway: { readonly app: App }, room: string | undefined = "arena") {
    return roombridge(options(gateway, room, tokenFile), {});
  }

  function options({ app }: { readonly app: App }, room: string | undefined, file: string): string[] {
    const url = `http://127.0.0.1:${app.ready[1]}`;
    const where = ["--gateway", url, "--app", tenant.application.appId, "--token-file", file];
    return ["turn", "check", ...where, ...(room === undefined ? [] : ["--room", room])];
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
