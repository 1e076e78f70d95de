import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { newLeakSearch } from "./leak-search.ts";
import { startApp, type App } from "./start-app.ts";

export { newLeakSearch };

const READY =
  /^roombridge ready gateway=(?<gateway>\S+) rtc=\S+:(?<rtc>\d+)(?: turn=(?<turnHost>\S+):(?<turn>\d+))? app=(?<app>\S+) token-file=(?<tokenFile>.+) database-url-file=(?<databaseUrlFile>.+)$/;

/** A running `npm start`, seen from outside. */
export interface Roombridge {
  readonly app: App;
  readonly dataDir: string;
  readonly gateway: string;
  readonly rtcPort: number;
  /** Undefined where nothing relays. */
  readonly turn: { readonly host: string; readonly port: number } | undefined;
  readonly appId: string;
  readonly token: string;
  readonly databaseUrl: string;
}

/** Starts what `npm start` starts, on free ports. `dataDir` brings an earlier one back. */
export async function startRoombridge(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Roombridge> {
  const app = await startApp({
    path: "apps/standalone/src/main.ts",
    readyPattern: READY,
    timeoutMs: 90_000,
    env: {
      ROOMBRIDGE_DATA_DIR: dataDir,
      GATEWAY_PORT: "0",
      RTC_PORT: "0",
      TURN_PORT: "0",
      LOG_FORMAT: "json",
      // The more is written, the more is searched for secrets in the end.
      LOG_LEVEL: "debug",
      ...(process.env["HOME"] === undefined ? {} : { HOME: process.env["HOME"] }),
      ...env,
    },
  });
  const {
    gateway = "",
    rtc,
    turnHost,
    turn,
    app: appId = "",
    tokenFile = "",
    databaseUrlFile = "",
  } = app.ready.groups ?? {};
  return {
    app,
    dataDir,
    gateway,
    rtcPort: Number(rtc),
    turn: turnHost === undefined ? undefined : { host: turnHost, port: Number(turn) },
    appId,
    token: (await readFile(tokenFile, "utf8")).trim(),
    databaseUrl: (await readFile(databaseUrlFile, "utf8")).trim(),
  };
}

export async function newDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), "roombridge-e2e-"));
}

/**
 * Stops the start (if it still runs), looks for secrets in everything that it has written, and removes its data,
 * wherever PostgreSQL put it.
 * @throws Error naming the secrets that were found and where.
 */
export async function removeRoombridge(roombridge: Roombridge): Promise<void> {
  const { app, dataDir } = roombridge;
  const leaks = await newLeakSearch(roombridge);
  await app.stop();
  const found = await leaks();
  await removeEmbeddedPostgres(dataDir);
  await rm(dataDir, { recursive: true, force: true });
  if (found.length > 0) throw new Error(`secrets were written: ${found.join("; ")}`);
}
