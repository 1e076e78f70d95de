import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { startApp, type App } from "@roombridge/testing";

const READY =
  /^roombridge ready gateway=(http:\/\/127\.0\.0\.1:\d+) rtc=127\.0\.0\.1:(\d+)(?: turn=127\.0\.0\.1:(\d+))? app=(\S+) token-file=(\S+) database-url-file=(\S+)$/;

/** A cold start makes a database; other packages' tests may keep the machine busy meanwhile. */
const START_MS = 120_000;

/** What `npm start` runs, on any free ports. */
export interface Started {
  readonly app: App;
  readonly gateway: string;
  readonly rtcPort: number;
  readonly turnPort: number | undefined;
  readonly appId: string;
  readonly token: string;
  readonly tokenFile: string;
  readonly databaseUrlFile: string;
}

/** Resolves when it is ready. */
export async function start(dataDir: string, variables: Record<string, string> = {}): Promise<Started> {
  const app = await startApp({
    path: "apps/standalone/src/main.ts",
    env: startVariables(dataDir, variables),
    readyPattern: READY,
    timeoutMs: START_MS,
  });
  const [, gateway = "", rtcPort, turnPort, appId = "", tokenFile = "", databaseUrlFile = ""] = app.ready;
  return {
    app,
    gateway,
    rtcPort: Number(rtcPort),
    turnPort: turnPort === undefined ? undefined : Number(turnPort),
    appId,
    token: readFileSync(tokenFile, "utf8"),
    tokenFile,
    databaseUrlFile,
  };
}

export function startVariables(dataDir: string, variables: Record<string, string> = {}): Record<string, string> {
  const ports = { GATEWAY_PORT: "0", RTC_PORT: "0", TURN_PORT: "0" };
  return { ROOMBRIDGE_DATA_DIR: dataDir, LOG_FORMAT: "json", ...ports, ...variables };
}

/** A data directory, and how to remove it together with its database. */
export function newDataDir(): { readonly path: string; readonly remove: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), "roombridge-start-"));
  return {
    path,
    remove: async () => {
      await removeEmbeddedPostgres(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** An answer of RoomsV2. */
export async function callRooms(
  { gateway, appId, token }: Started,
  operation: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${gateway}/rooms/v2/${appId}/${operation}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
