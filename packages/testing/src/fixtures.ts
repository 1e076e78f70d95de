import { randomBytes, randomUUID } from "node:crypto";
import { REGIONS, type ExposedPort, type Region, type Scope } from "@roombridge/models/api";
import {
  claimProcesses,
  declareApplication,
  declareBuild,
  declareDeployment,
  declareOrganization,
  declareToken,
  endProcess,
  hashToken,
  openRooms,
  registerHost,
  reportRunning,
  type Application,
  type Database,
  type DeploymentSettings,
  type HostBeat,
  type RoomsContext,
  type RoomsContextOptions,
  type StartOrder,
  type TurnSettings,
} from "@roombridge/rooms";

/** Rooms on a database of this test, with a fresh TURN key unless `options` has those of an app. */
export function openTestRooms(
  databaseUrl: string,
  options: Partial<TurnSettings> = {},
  connections: Pick<RoomsContextOptions, "answerTimeoutSeconds" | "maxConnections" | "observer"> = {},
): RoomsContext {
  return openRooms({
    databaseUrl,
    applicationName: "roombridge test",
    ...connections,
    turn: {
      realm: "roombridge",
      ttlSeconds: 3_600,
      keys: [{ id: "test", key: randomBytes(32) }],
      uris: ["turn:127.0.0.1:3478?transport=udp"],
      mode: "db",
      restSecret: undefined,
      limits: { credentialsPerRoom: 1_000, sessionsPerRoom: 0, issuesPerMinute: 0 },
      ...options,
    },
  });
}

export interface Tenant {
  readonly application: Application;
  /** Bearer token of the application's organisation. */
  readonly token: string;
}

/** A new organisation with a token and an application; `orgId` puts the application into a known one. */
export async function createTenant(database: Database, orgId = `org-${randomUUID()}`): Promise<Tenant> {
  const application = { appId: `app-${randomUUID()}`, orgId };
  await declareOrganization(database, { orgId, name: "test" });
  const token = await createToken(database, orgId);
  await declareApplication(database, {
    ...application,
    appName: application.appId.slice(0, 40),
    appSecret: `secret-${randomUUID()}`,
  });
  return { application, token };
}

/** A new token of the organisation; without `scopes` it may do everything. */
export async function createToken(
  database: Database,
  orgId: string,
  scopes: readonly Scope[] | null = null,
): Promise<string> {
  const token = randomBytes(24).toString("base64url");
  await declareToken(database, {
    orgTokenId: `org-token-${randomUUID()}`,
    orgId,
    name: "test",
    tokenHash: hashToken(token),
    scopes: scopes && [...scopes],
  });
  return token;
}

/** A new deployment of the application; answers its id. */
export async function createDeployment(
  database: Database,
  { appId, orgId }: Application,
  settings: Partial<DeploymentSettings> & { readonly command?: string } = {},
): Promise<string> {
  const { command = "echo-room", ...rest } = settings;
  const buildId = `bld-${randomUUID()}`;
  await declareBuild(database, { buildId, orgId, command });
  return declareDeployment(
    database,
    {
      appId,
      buildId,
      containerPort: 8000,
      transportType: "tcp",
      roomsPerProcess: 10,
      maxProcesses: 100,
      requestedCpu: 0.5,
      requestedMemoryMb: 512,
      idleTimeoutEnabled: true,
      ...rest,
    },
    `dep-${randomUUID()}`,
  );
}

/** A host that is registered and alive until its `beat_at` is set or it beats, and starts nothing by itself. */
export async function registerTestHost(database: Database, settings: Partial<HostBeat> = {}): Promise<HostBeat> {
  const host: HostBeat = {
    hostId: `host-${randomUUID()}`,
    provider: "local",
    regions: REGIONS,
    publicHost: "127.0.0.1",
    maxProcesses: 1_000,
    incarnation: randomUUID(),
    ...settings,
  };
  await registerHost(database, host);
  // Its lease would end after six seconds, which a busy machine may well need for one test.
  await database.sql`update hosts set beat_at = 'infinity' where host_id = ${host.hostId}`;
  return host;
}

/** Claims what waits for `host` and reports every process running on made-up ports. */
export async function runWaitingProcesses(database: Database, host: HostBeat): Promise<StartOrder[]> {
  const orders = await claimProcesses(database, { ...host, limit: 1_000 });
  for (const [index, { processId }] of orders.entries()) {
    const exposedPort: ExposedPort = {
      host: host.publicHost,
      name: "default",
      port: 20_000 + index,
      transportType: "tcp",
    };
    await reportRunning(database, {
      processId,
      incarnation: host.incarnation,
      exposedPort,
      additionalExposedPorts: [],
    });
  }
  return orders;
}

/** Destroys every room, ends every process and retires every host that earlier tests of this database left. */
export async function clearRooms(database: Database): Promise<void> {
  const { sql } = database;
  await sql`update hosts set beat_at = '-infinity'`;
  await sql`select destroy_rooms(array(select room_key from rooms where destroyed_at is null), 'test')`;
  for (const { processId } of await sql<{ processId: string }[]>`
    select process_id as "processId" from processes where terminated_at is null`) {
    await endProcess(database, { processId, reason: "host_lost" });
  }
}

/** Destroys every room and forgets all history, as if there had never been one; processes and hosts stay. */
export async function forgetRooms({ sql }: Database): Promise<void> {
  await sql`select destroy_rooms(array(select room_key from rooms where destroyed_at is null), 'test')`;
  await sql`truncate rooms, room_allocations, room_events, turn_credentials`;
}

/** A region for tests that need just one. */
export const TEST_REGION: Region = "Sao_Paulo";
