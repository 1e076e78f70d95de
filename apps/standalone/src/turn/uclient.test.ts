import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoom, destroyRoom } from "@roombridge/rooms";
import { createTenant, requireProgram, TEST_REGION } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoturnTestDatabase, createCoturnDatabase } from "../../test/coturn-database.ts";
import { coturnDatabase } from "../turn-part.ts";
import { type Coturn, startCoturn } from "./coturn.ts";

const HOST = "127.0.0.1";
const binary = requireProgram("turnserver", "coturn") ?? "";
const uclient = requireProgram("turnutils_uclient", "coturn") ?? "";
const REFUSED = 255;

describe.skipIf(binary === "" || uclient === "")("coturn's own client", () => {
  const folder = mkdtempSync(join(tmpdir(), "uclient-"));
  const echo = createSocket("udp4");
  let database: CoturnTestDatabase;
  let coturn: Coturn;

  beforeAll(async () => {
    database = await createCoturnDatabase();
    coturn = await startCoturn({
      ...{ binary, dataDir: folder, host: HOST, port: 0, minPort: 49152, maxPort: 65535, realm: "roombridge" },
      database: { ...coturnDatabase(database.url, database.password), user: database.role },
    });
    echo.on("message", (data, { address, port }) => echo.send(data, port, address));
    echo.bind(0, coturn.relayIp);
    await once(echo, "listening");
  });

  afterAll(async () => {
    echo.close();
    await coturn.stop();
    await database[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test.each(["udp", "tcp"] as const)(
    "relays over %s with the credential of a room, and not with another password or when the room is gone",
    async (transport) => {
      const { rooms } = database;
      const { application } = await createTenant(rooms.database);
      const { credential } = await createRoom(rooms, {
        ...{ application, region: TEST_REGION, roomId: "arena", needsProcess: false },
      });
      const { username, password } = credential;
      expect(await run(transport, username, password)).toBe(0);
      expect(await run(transport, username, "wrong")).toBe(REFUSED);
      await destroyRoom(rooms, application.appId, "arena");
      expect(await run(transport, username, password)).toBe(REFUSED);
    },
    120_000,
  );

  /** The exit code of a client that sends three messages to the echo. */
  async function run(transport: "udp" | "tcp", username: string, password: string): Promise<number | null> {
    const { address, port } = echo.address();
    const options = ["-n", "3", "-m", "1", "-c", ...(transport === "tcp" ? ["-t"] : [])];
    const where = ["-p", String(coturn.port), "-e", address, "-r", String(port), HOST];
    const child = spawn(uclient, [...options, "-u", username, "-w", password, ...where], {
      stdio: "ignore",
      timeout: 60_000,
    });
    await once(child, "exit");
    return child.exitCode;
  }
});
