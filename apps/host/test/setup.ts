import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeRooms, createRoom, getConnectionInfo, getRoomInfo, type RoomsContext } from "@roombridge/rooms";
import {
  clearRooms,
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  REPOSITORY_ROOT,
  startApp,
  TEST_REGION,
  waitFor,
} from "@roombridge/testing";
import { afterAll, beforeAll, onTestFinished } from "vitest";

export const ECHO_ROOM = ["node", join(REPOSITORY_ROOT, "examples/echo-room/src/main.ts")];
/** A program in one line of JavaScript; it knows `listen()`, which binds PORT and stays. */
export function script(source: string): string[] {
  const listen = `const listen = () => require("net").createServer().listen(process.env.PORT, "127.0.0.1");`;
  return ["node", "-e", `${listen}${source}`];
}

export interface Suite {
  readonly rooms: RoomsContext;
  readonly databaseUrl: string;
}

export function useRooms(): () => Suite {
  let suite: Suite | undefined;
  let drop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = () => database.drop();
    suite = { rooms: openTestRooms(database.url), databaseUrl: database.url };
  });
  afterAll(async () => {
    if (suite) await closeRooms(suite.rooms);
    await drop?.();
  });
  return () => {
    if (!suite) throw new Error("the suite has not been set up");
    return suite;
  };
}

/** What calls back when something is over: a test, or a whole file. */
export type CleanUp = (hook: () => Promise<void>) => void;

/** A machine with a data directory and the given commands; the first command is the game's. */
export async function newMachine(
  suite: Suite,
  commands: Record<string, readonly string[]>,
  cleanUp: CleanUp = onTestFinished,
) {
  const { rooms, databaseUrl } = suite;
  const { database } = rooms;
  await clearRooms(database);
  const dataDir = await mkdtemp(join(tmpdir(), "roombridge-host-"));
  cleanUp(async () => {
    await killLeftovers(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const config = join(dataDir, "roombridge.json");
  const entries = Object.entries(commands).map(([name, argv]) => [name, { argv }] as const);
  await writeFile(config, JSON.stringify({ commands: Object.fromEntries(entries) }));

  const env = {
    HOST_ID: `host-${randomUUID()}`,
    HOST_REGIONS: "all",
    HOST_ON_SHUTDOWN: "stop",
    HOST_STOP_GRACE_SECONDS: "5",
    DATABASE_URL: databaseUrl,
    ROOMBRIDGE_DATA_DIR: dataDir,
    ROOMBRIDGE_CONFIG: config,
    LOG_FORMAT: "json",
  };
  /** Starts a host; a second one takes the first one's place. */
  const startHost = async (overrides: Record<string, string> = {}) => {
    const host = await startApp({
      path: "apps/host/src/main.ts",
      env: { ...env, ...overrides },
      readyPattern: /"msg":"host ready"/,
    });
    cleanUp(async () => void (await host.stop()));
    return host;
  };
  return { ...suite, database, dataDir, startHost };
}

/** An application whose game is `command`. */
export async function newGame(
  { rooms }: Suite,
  settings: Parameters<typeof createDeployment>[2] & { readonly command: string },
) {
  const { database } = rooms;
  const { application } = await createTenant(database);
  await createDeployment(database, application, { roomsPerProcess: 2, ...settings });
  const { appId } = application;
  const create = (roomConfig?: string) =>
    createRoom(rooms, { application, region: TEST_REGION, ...(roomConfig === undefined ? {} : { roomConfig }) });
  const info = (roomId: string) => getRoomInfo(rooms, appId, roomId);
  const connection = (roomId: string) => getConnectionInfo(rooms, appId, roomId, { wake: false });
  return {
    appId,
    create,
    info,
    connection,
    /** Waits until players can connect. */
    active: (roomId: string) =>
      waitFor(
        async () => {
          const answer = await connection(roomId);
          return answer.status === "active" ? answer : undefined;
        },
        { what: `room ${roomId} to be active`, timeoutMs: 20_000 },
      ),
    unscheduled: (roomId: string) =>
      waitFor(async () => (await info(roomId)).currentAllocation === null, {
        what: `room ${roomId} to be unscheduled`,
        timeoutMs: 25_000,
      }),
    destroyed: (roomId: string) =>
      waitFor(async () => (await info(roomId)).status === "destroyed", {
        what: `room ${roomId} to be destroyed`,
        timeoutMs: 20_000,
      }),
    processes: () => database.sql<ProcessRow[]>`
      select process_id as "processId", status, stop_reason as "stopReason", exit_code as "exitCode",
             exit_signal as "exitSignal", exit_detail as "exitDetail"
        from processes where app_id = ${appId} order by created_at`,
  };
}

export interface ProcessRow {
  readonly processId: string;
  readonly status: string;
  readonly stopReason: string | null;
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  readonly exitDetail: string | null;
}

/** Leaders of the groups of game servers that the machine's hosts know, by processId. */
export async function leaders(dataDir: string): Promise<Map<string, number>> {
  const root = join(dataDir, "processes");
  const found = new Map<string, number>();
  for (const name of await readdir(root).catch(() => [])) {
    const state = await readFile(join(root, name, "state.json"), "utf8").catch(() => undefined);
    if (state !== undefined) found.set(name, JSON.parse(state).pid);
  }
  return found;
}

/** The processes of a group, which are not zombies. */
export async function membersOf(leader: number): Promise<number[]> {
  const members: number[] = [];
  for (const name of await readdir("/proc")) {
    const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const [state, , group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (Number(group) === leader && state !== "Z" && state !== "X") members.push(Number(name));
  }
  return members;
}

async function killLeftovers(dataDir: string): Promise<void> {
  for (const leader of (await leaders(dataDir)).values()) {
    if ((await membersOf(leader)).length > 0) process.kill(-leader, "SIGKILL");
  }
}
