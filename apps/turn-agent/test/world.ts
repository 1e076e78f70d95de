import { randomBytes } from "node:crypto";
import {
  type Application,
  closeRooms,
  createRoom,
  grantCoturnAccess,
  issueCredential,
  openDatabase,
  type RoomsContext,
} from "@roombridge/rooms";
import {
  type App,
  createTenant,
  createTestDatabase,
  openTestRooms,
  requireProgram,
  startApp,
  TEST_REGION,
} from "@roombridge/testing";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { openEcho, play, type Player, type Transport } from "./player.ts";
import { testCoturn, type TestCoturn } from "./test-coturn.ts";

/** Where there is no coturn, the tests are skipped and say so. */
export const turnserver = requireProgram("turnserver", "coturn");

/** One database and one coturn for a test file; agents are the tests' own. */
export interface World {
  readonly databaseUrl: string;
  readonly rooms: RoomsContext;
  readonly coturn: TestCoturn;
  readonly application: Application;
  /** Starts an agent that ends with the test; resolves when the relay is healthy, unless `isHealthy` is false. */
  readonly startAgent: (variables?: Record<string, string>, options?: { readonly isHealthy?: boolean }) => Promise<App>;
  /** The player's session in a room, which must exist. */
  readonly join: (roomId: string, options?: JoinOptions) => Promise<Member>;
  /** A room without a game server. */
  readonly open: (roomId?: string, application?: Application) => Promise<OpenedRoom>;
}

interface OpenedRoom {
  readonly roomId: string;
  readonly username: string;
  readonly password: string;
}

export interface JoinOptions {
  readonly playerId?: string;
  readonly transport?: Transport;
  readonly application?: Application;
  readonly origin?: string;
}

export interface Member extends Player {
  readonly username: string;
  readonly password: string;
}

/** Opens the world before the tests of this file; after them no agent may have written a secret, and it is closed. */
export function useWorld(): () => World {
  let world: World | undefined;
  const closing = new AsyncDisposableStack();
  beforeAll(async () => {
    if (turnserver !== undefined) world = await openWorld(turnserver, closing);
  });
  afterAll(() => closing.disposeAsync());
  return () => {
    if (world === undefined) throw new Error("the world is open while tests run");
    return world;
  };
}

async function openWorld(binary: string, closing: AsyncDisposableStack): Promise<World> {
  const { url: databaseUrl, drop } = await createTestDatabase();
  closing.defer(drop);
  const role = `coturn_ro_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(8).toString("hex");
  const owner = openDatabase({ url: databaseUrl, applicationName: "turn-agent test", maxConnections: 2 });
  closing.defer(async () => {
    await owner.sql`drop owned by ${owner.sql(role)}`;
    await owner.sql`drop role ${owner.sql(role)}`;
    await owner.close();
  });
  await grantCoturnAccess(owner.sql, { role, password });
  const asCoturn = new URL(databaseUrl);
  asCoturn.username = role;
  asCoturn.password = password;
  const coturn = await testCoturn(binary, asCoturn);
  closing.defer(() => coturn.remove());
  await coturn.start();
  const rooms = openTestRooms(databaseUrl);
  closing.defer(() => closeRooms(rooms));
  const peer = await openEcho();
  closing.defer(() => peer.close());
  const { application } = await createTenant(rooms.database);
  const agents: App[] = [];
  closing.defer(async () => {
    const secrets = [...(await hmackeys(rooms)), coturn.cliPassword, password, new URL(databaseUrl).password];
    for (const secret of secrets.filter(Boolean)) {
      for (const { output } of agents) expect(output()).not.toContain(secret);
    }
  });

  return {
    databaseUrl,
    rooms,
    coturn,
    application,
    async startAgent(variables = {}, { isHealthy = true } = {}) {
      const agent = await startApp({
        path: "apps/turn-agent/src/main.ts",
        env: { ...agentVariables(coturn, databaseUrl), ...variables },
        readyPattern: /"turn-agent ready"/,
      });
      agents.push(agent);
      onTestFinished(async () => void (await agent.stop()));
      if (isHealthy) await agent.line(/"the relay works"/);
      return agent;
    },
    async open(roomId, owner = application) {
      const room = await createRoom(rooms, { application: owner, region: TEST_REGION, roomId, needsProcess: false });
      return { roomId: room.roomId, username: room.credential.username, password: room.credential.password };
    },
    async join(roomId, { playerId, transport, application: owner = application, origin } = {}) {
      const credential = await issueCredential(rooms, owner, { roomId, playerId });
      const player = await play(coturn, credential, {
        peer,
        ...(transport && { transport }),
        ...(origin && { origin }),
      });
      return { ...player, username: credential.username, password: credential.password };
    },
  };
}

async function hmackeys({ database: { sql } }: RoomsContext): Promise<string[]> {
  const rows = await sql<{ hmackey: string }[]>`
    select hmackey from turn_credentials union all
    select canary_hmackey from turn_servers where canary_hmackey is not null`;
  return rows.map(({ hmackey }) => hmackey);
}

/** All that an agent must be told. */
export function agentVariables(coturn: TestCoturn, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    TURN_AGENT_SERVER_ID: "relay-1",
    TURN_URIS: `turn:${coturn.host}:${coturn.port}?transport=udp`,
    TURN_HOST: coturn.host,
    TURN_PORT: String(coturn.port),
    TURN_CLI_PORT: String(coturn.cliPort),
    TURN_CLI_PASSWORD: coturn.cliPassword,
    // What a test sees is the work of notifications, unless it says otherwise.
    TURN_AGENT_RECONCILE_SECONDS: "300",
    LOG_FORMAT: "json",
    LOG_LEVEL: "debug",
  };
}
