import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres, startEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { beatHost, closeRooms, migrate, type Application, type HostBeat, type RoomsContext } from "@roombridge/rooms";
import { createDeployment, createTenant, forgetRooms, openTestRooms, registerTestHost } from "@roombridge/testing";
import { startMeasuredApp } from "../create/start-app.ts";

const BEAT_MS = 1_000;

export interface Fixture {
  readonly rooms: RoomsContext;
  readonly application: Application;
  readonly token: string;
  /** Claims processes and says that they run; starts nothing. */
  readonly host: HostBeat;
  /** Of the gateways. */
  readonly ports: readonly number[];
  /** The PostgreSQL behind them. */
  readonly database: string;
  readonly databaseUrl: string;
  /** Forgets the rooms and processes of the round before. */
  readonly clean: () => Promise<void>;
}

/** An embedded PostgreSQL with its own settings, so that commits are durable, and gateways as processes. */
export async function openFixture(
  { gateways, roomsPerProcess }: { readonly gateways: number; readonly roomsPerProcess: number },
  undo: (() => unknown)[],
): Promise<Fixture> {
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
  await createDeployment(rooms.database, application, { roomsPerProcess, maxProcesses: 10_000 });
  const host = await registerTestHost(rooms.database, { maxProcesses: 10_000 });
  const beat = setInterval(() => void beatHost(rooms.database, host), BEAT_MS);
  undo.push(() => clearInterval(beat));
  const env = {
    DATABASE_URL: server.url,
    TURN_CREDENTIAL_KEYS: `bench:${key.toString("base64")}`,
    GATEWAY_PORT: "0",
    LOG_LEVEL: "warn",
    LOG_FORMAT: "json",
  };
  const ports: number[] = [];
  for (let count = 0; count < gateways; count += 1) {
    const app = await startMeasuredApp("gateway", env);
    undo.push(app.stop);
    ports.push(app.port);
  }
  const { sql } = rooms.database;
  const [version] = await sql<{ text: string }[]>`select current_setting('server_version') as text`;
  return {
    rooms,
    application,
    token,
    host,
    ports,
    database: `embedded PostgreSQL ${version?.text ?? "of unknown version"}`,
    databaseUrl: server.url,
    async clean() {
      await forgetRooms(rooms.database);
      await sql`truncate processes cascade`;
      await sql`vacuum analyze`;
      await sql`checkpoint`;
    },
  };
}
