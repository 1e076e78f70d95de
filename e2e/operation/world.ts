import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, type Database } from "@roombridge/rooms";
import { type App, expectConsistent, REPOSITORY_ROOT, startApp, waitFor } from "@roombridge/testing";
import { expect } from "vitest";
import type { DebianPostgres } from "./debian-postgres.ts";
import type { Acknowledged } from "./room-load.ts";

const KEYS = `test:${randomBytes(32).toString("base64")}`;
const ROOMS_PER_PROCESS = 500;
const GAME_STARTED_MS = 60_000;

/** An application with a deployment, on a database that has been migrated by any release. */
export interface World {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly token: string;
  readonly appId: string;
  /** Of the host. */
  readonly dataDir: string;
  readonly hostId: string;
  close(): Promise<void>;
}

export async function newWorld(server: DebianPostgres): Promise<World> {
  const database = openDatabase({ url: server.url, applicationName: "test" });
  const [orgId, appId, buildId] = [`org-${randomUUID()}`, `app-${randomUUID()}`, `bld-${randomUUID()}`];
  const token = randomBytes(24).toString("base64url");
  const { sql } = database;
  // In plain SQL, because the schema may be that of an earlier release.
  await sql`insert into organizations (org_id, name) values (${orgId}, 'test')`;
  await sql`insert into org_tokens (org_token_id, org_id, name, token_hash)
            values (${`org-token-${randomUUID()}`}, ${orgId}, 'test', ${createHash("sha256").update(token).digest()})`;
  await sql`insert into applications (app_id, org_id, app_name, app_secret)
            values (${appId}, ${orgId}, 'test', ${`secret-${randomUUID()}`})`;
  await sql`insert into builds (build_id, org_id, command) values (${buildId}, ${orgId}, 'game')`;
  await sql`
    insert into deployments (deployment_id, app_id, build_id, container_port, transport_type, rooms_per_process, max_processes,
                             requested_cpu, requested_memory_mb, idle_timeout_enabled)
    values (${`dep-${randomUUID()}`}, ${appId}, ${buildId}, 8000, 'tcp', ${ROOMS_PER_PROCESS}, 8, 0.1, 256, false)`;
  const dataDir = await mkdtemp(join(tmpdir(), "roombridge-operation-host-"));
  const argv = ["node", join(REPOSITORY_ROOT, "examples/echo-room/src/main.ts")];
  await writeFile(join(dataDir, "roombridge.json"), JSON.stringify({ commands: { game: { argv } } }));
  return {
    ...{ databaseUrl: server.url, database, token, appId, dataDir, hostId: `host-${randomUUID()}` },
    async close() {
      await database.close();
      await killGames(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A host that left its game servers to a successor has none any more. */
async function killGames(dataDir: string): Promise<void> {
  for (const processId of await readdir(join(dataDir, "processes")).catch(() => [])) {
    const leader = await leaderOf(dataDir, processId).catch(() => undefined);
    if (leader !== undefined && isGroupAlive(leader)) process.kill(-leader, "SIGKILL");
  }
}

/** The process group of a game server. @throws Error when its host knows none. */
export async function leaderOf(dataDir: string, processId: string): Promise<number> {
  const state: { pid: number } = JSON.parse(
    await readFile(join(dataDir, "processes", processId, "state.json"), "utf8"),
  );
  return state.pid;
}

export function isGroupAlive(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

export interface Gateway {
  readonly app: App;
  readonly url: string;
}

/** `checkout`: of the release to start; this one's when absent. */
export async function startGateway({ databaseUrl }: World, checkout = REPOSITORY_ROOT): Promise<Gateway> {
  const app = await startApp({
    path: join(checkout, "apps/gateway/src/main.ts"),
    env: { DATABASE_URL: databaseUrl, GATEWAY_PORT: "0", TURN_CREDENTIAL_KEYS: KEYS, LOG_FORMAT: "json" },
    readyPattern: /"port":(\d+).*"gateway ready"/,
  });
  return { app, url: `http://127.0.0.1:${app.ready[1]}` };
}

/** Takes the place of an earlier host of this world, and goes on with its game servers. */
export async function startHost(
  { databaseUrl, dataDir, hostId }: World,
  checkout = REPOSITORY_ROOT,
  env: Readonly<Record<string, string>> = {},
): Promise<App> {
  return startApp({
    path: join(checkout, "apps/host/src/main.ts"),
    env: {
      HOST_ID: hostId,
      HOST_REGIONS: "all",
      HOST_ON_SHUTDOWN: "leave",
      DATABASE_URL: databaseUrl,
      ROOMBRIDGE_DATA_DIR: dataDir,
      ROOMBRIDGE_CONFIG: join(dataDir, "roombridge.json"),
      LOG_FORMAT: "json",
      ...env,
    },
    readyPattern: /"msg":"host ready"/,
  });
}

interface LiveRoom {
  readonly roomId: string;
  readonly state: string;
  readonly processId: string | null;
}

export async function liveRooms({ database, appId }: World): Promise<ReadonlyMap<string, LiveRoom>> {
  const rows = await database.sql<LiveRoom[]>`
    select r.room_id as "roomId", r.state, a.process_id as "processId"
      from rooms r left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
     where r.app_id = ${appId} and r.destroyed_at is null`;
  return new Map(rows.map((row) => [row.roomId, row]));
}

/** Game servers that run, by their own word. */
export async function runningGames({ database, appId }: World): Promise<string[]> {
  const rows = await database.sql<{ processId: string; port: number }[]>`
    select process_id as "processId", (exposed_port->>'port')::integer as port from processes
     where app_id = ${appId} and status = 'running' order by process_id`;
  for (const { port } of rows) expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  return rows.map(({ processId }) => processId);
}

/** Waits for the first of them that is none of `known`: rooms are acknowledged while their game server still starts. */
export async function gamesBesides(world: World, known: readonly string[] = []): Promise<string[]> {
  return waitFor(
    async () => {
      const games = (await runningGames(world)).filter((processId) => !known.includes(processId));
      return games.length > 0 && games;
    },
    { what: "a game server to run", timeoutMs: GAME_STARTED_MS },
  );
}

/** Every room that a caller was told of is there and in its place, every one whose end was acknowledged is gone, none is there twice. */
export async function expectNothingLost(world: World, { live, destroyed }: Acknowledged): Promise<void> {
  const rooms = await liveRooms(world);
  const lost = [...live.keys()].filter((roomId) => rooms.get(roomId)?.state !== "active");
  expect(lost, "rooms that were acknowledged and are not active").toEqual([]);
  const back = [...destroyed.keys()].filter((roomId) => rooms.has(roomId));
  expect(back, "rooms whose end was acknowledged and that live").toEqual([]);
  const others = [...rooms.keys()].filter((roomId) => !live.has(roomId));
  expect(others, "rooms that live and that nobody was told of").toEqual([]);
  const twice = await world.database.sql`
    select room_id from rooms where app_id = ${world.appId} group by room_id having count(*) > 1`;
  expect([...twice], "rooms that were created twice").toEqual([]);
  await expectConsistent(world.database);
}

export interface Rtc {
  readonly app: App;
  readonly port: number;
}

/** `RoomService` of this world's application. */
export async function startRtc({ databaseUrl, appId }: World, checkout = REPOSITORY_ROOT): Promise<Rtc> {
  const app = await startApp({
    path: join(checkout, "apps/rtc/src/main.ts"),
    env: {
      DATABASE_URL: databaseUrl,
      RTC_PORT: "0",
      RTC_APP_ID: appId,
      TURN_CREDENTIAL_KEYS: KEYS,
      LOG_FORMAT: "json",
    },
    readyPattern: /"port":(\d+).*"rtc ready"/,
  });
  return { app, port: Number(app.ready[1]) };
}
