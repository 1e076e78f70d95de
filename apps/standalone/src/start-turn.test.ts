import { createSocket } from "node:dgram";
import { dirname } from "node:path";
import { findTurnSecret, openDatabase } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { createTestDatabase, requireProgram } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { selfSigned } from "../test/self-signed.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { parseStartEnv } from "./env.ts";
import { startTurn, type TurnOptions } from "./start-turn.ts";
import { Supervisor } from "./supervisor.ts";

const turnserver = requireProgram("turnserver", "coturn");
const PATH = dirname(turnserver ?? "/nowhere/turnserver");
const NOWHERE = "postgres://127.0.0.1:1/x";

test("without coturn there is a warning and no relay", async () => {
  const { options, warnings } = prepare({ PATH: "/nowhere" }, NOWHERE);
  expect(await startTurn(options)).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining("nothing relays")]);
});

test.skipIf(turnserver === undefined)(
  "a coturn that cannot be given the database is a warning and no relay",
  async () => {
    const { options, warnings } = prepare({ PATH }, NOWHERE);
    expect(await startTurn(options)).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("nothing relays")]);
  },
);

test.skipIf(turnserver === undefined)(
  "when nobody asked for a port and TURN's own one is taken, another one serves",
  async () => {
    const url = await database();
    // Whoever holds it, we or somebody else: it is taken.
    const holder = createSocket("udp4").on("error", () => {});
    await new Promise<void>((resolve) => holder.once("error", () => resolve()).bind(3478, "127.0.0.1", resolve));
    onTestFinished(() => void holder.close());
    const { options, warnings } = prepare({ PATH }, url);
    const turn = await startTurn(options);
    expect(turn?.port).toBeGreaterThan(0);
    expect(turn?.port).not.toBe(3478);
    expect(warnings).toEqual([expect.stringContaining(`TURN uses port ${turn?.port}; set TURN_PORT`)]);
  },
);

test.skipIf(turnserver === undefined)("with a certificate it speaks TLS on a port of its own", async () => {
  const { certFile, keyFile } = selfSigned(temporaryDirectory());
  const tls = { TURN_TLS_CERT_FILE: certFile, TURN_TLS_KEY_FILE: keyFile, TURN_TLS_PORT: "0" };
  const { options } = prepare({ PATH, TURN_PORT: "0", ...tls }, await database());
  const turn = await startTurn(options);
  expect(turn?.tlsPort).toBeGreaterThan(0);
  expect(turn?.tlsPort).not.toBe(turn?.port);
});

test("a certificate that cannot be used stops the start, whether coturn is installed or not", async () => {
  const tls = { TURN_TLS_CERT_FILE: "/no/such/cert.pem", TURN_TLS_KEY_FILE: "/no/such/key.pem" };
  const { options } = prepare({ PATH: "/nowhere", ...tls }, NOWHERE);
  await expect(startTurn(options)).rejects.toThrow("/no/such/");
});

test("TURN_MODE=rest has a secret from the first start on, and keeps it", async () => {
  const { options } = prepare({ PATH: "/nowhere", TURN_MODE: "rest" }, await database());
  await startTurn(options);
  const secret = await findTurnSecret(options.database, "roombridge");
  expect(secret).toMatch(/^[\w-]{43}$/);
  await startTurn(options);
  expect(await findTurnSecret(options.database, "roombridge")).toBe(secret);
});

async function database(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  return url;
}

function prepare(variables: Record<string, string>, databaseUrl: string): { options: TurnOptions; warnings: string[] } {
  const warnings: string[] = [];
  const opened = openDatabase({ url: databaseUrl, applicationName: "test", maxConnections: 1 });
  const supervisor = new Supervisor(createLog({ name: "test", level: "silent", format: "json" }));
  onTestFinished(async () => {
    await supervisor.stop([{ parts: ["turn"], deadlineMs: 20_000 }]);
    await opened.close();
  });
  const options = {
    env: parseStartEnv({ LOG_LEVEL: "silent", ...variables }),
    dataDir: temporaryDirectory(),
    database: opened,
    databaseUrl,
    password: "a password of coturn",
    supervisor,
    log: { warn: (...told: unknown[]) => void warnings.push(String(told.at(-1))) },
  };
  return { options, warnings };
}
