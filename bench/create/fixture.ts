import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres, startEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { beatHost, closeRooms, createProcess, migrate, type RoomsContext } from "@roombridge/rooms";
import {
  createDeployment,
  createTenant,
  forgetRooms,
  openTestRooms,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { restFace, thriftFace, type Face } from "./faces.ts";
import { startMeasuredApp, type MeasuredApp } from "./start-app.ts";

/** Both faces of the same rooms, on one database. */
export interface Fixture {
  readonly faces: readonly [rest: Face, thrift: Face];
  /** The PostgreSQL behind them. */
  readonly database: string;
  /** Makes the database as it was before the first room. */
  readonly clean: () => Promise<void>;
}

/** Room for all rooms of one measurement, on processes that run: none has to be started meanwhile. */
const PROCESSES = 10;
const ROOMS_PER_PROCESS = 10_000;
const BEAT_MS = 1_000;

/**
 * Starts an embedded PostgreSQL with its own settings, so that commits are durable, the gateway and rtc as processes, and an
 * application with room for 100,000 rooms on a host that is alive. `undo` takes what is to be undone, in order.
 */
export async function openFixture(undo: (() => unknown)[]): Promise<Fixture> {
  const dataDir = mkdtempSync(join(tmpdir(), "roombridge-bench-"));
  undo.push(async () => {
    await removeEmbeddedPostgres(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const server = await startEmbeddedPostgres({ dataDir });
  undo.push(() => server.stop());
  await migrate(server.url);
  const key = randomBytes(32);
  const rooms = openTestRooms(server.url, { keys: [{ id: "bench", key }] });
  undo.push(() => closeRooms(rooms));
  const { application, token } = await createTenant(rooms.database);
  const { appId } = application;
  await createDeployment(rooms.database, application, {
    roomsPerProcess: ROOMS_PER_PROCESS,
    idleTimeoutEnabled: false,
  });
  await startProcesses(rooms, appId, undo);

  const env = {
    DATABASE_URL: server.url,
    TURN_CREDENTIAL_KEYS: `bench:${key.toString("base64")}`,
    // The gateway logs each create at info and rtc at debug; that is not what is compared.
    LOG_LEVEL: "warn",
    LOG_FORMAT: "json",
  };
  const rest = await start("gateway", { ...env, GATEWAY_PORT: "0" }, undo);
  const thrift = await start("rtc", { ...env, RTC_PORT: "0", RTC_APP_ID: appId, RTC_REGION: TEST_REGION }, undo);
  const { sql } = rooms.database;
  const [version] = await sql<{ text: string }[]>`select current_setting('server_version') as text`;
  return {
    faces: [restFace(rest, { appId, token, region: TEST_REGION }), thriftFace(thrift)],
    database: `embedded PostgreSQL ${version?.text ?? "of unknown version"}`,
    async clean() {
      await forgetRooms(rooms.database);
      // Of tables without rooms the statistics would say so, and plans made from them would read every room for each foreign key.
      await sql`vacuum analyze processes`;
      await sql`checkpoint`;
    },
  };
}

async function startProcesses(rooms: RoomsContext, appId: string, undo: (() => unknown)[]): Promise<void> {
  const host = await registerTestHost(rooms.database);
  const beat = setInterval(() => void beatHost(rooms.database, host), BEAT_MS);
  undo.push(() => clearInterval(beat));
  for (let count = 0; count < PROCESSES; count += 1) await createProcess(rooms, { appId }, TEST_REGION);
  await runWaitingProcesses(rooms.database, host);
}

async function start(name: string, env: Record<string, string>, undo: (() => unknown)[]): Promise<MeasuredApp> {
  const app = await startMeasuredApp(name, env);
  undo.push(app.stop);
  return app;
}
