import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { migrate, readBacklogFacts, renumberEvents } from "@roombridge/rooms";
import { RoombridgeClient } from "@roombridge/client";
import { expectConsistent, waitFor } from "@roombridge/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DebianPostgres, findDebianPostgres } from "./debian-postgres.ts";
import { RoomLoad } from "./room-load.ts";
import {
  expectNothingLost,
  gamesBesides,
  isGroupAlive,
  leaderOf,
  liveRooms,
  newWorld,
  runningGames,
  startGateway,
  startHost,
  type Gateway,
  type World,
} from "./world.ts";

const CALLERS = 8;
/** Transactions that the old server is ahead of a new one. */
const AHEAD = 20_000;
const LONG_TEST_MS = 300_000;

const bin = await findDebianPostgres();
if (bin === undefined) throw new Error("Debian's PostgreSQL is not installed (apt-get install postgresql)");

let server: DebianPostgres;
let world: World;
let gateway: Gateway;
const stops: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  server = await DebianPostgres.start(bin);
  stops.push(() => server.remove());
  await migrate(server.url);
  world = await newWorld(server);
  stops.push(() => world.close());
  gateway = await startGateway(world);
  const host = await startHost(world, undefined, { HOST_ON_SHUTDOWN: "stop" });
  stops.push(
    () => gateway.app.stop(),
    () => host.stop(),
  );
});

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

test(
  "a base backup and the WAL since bring back every acknowledged room, while apps and games go on",
  { timeout: LONG_TEST_MS },
  async () => {
    const load = new RoomLoad({ ...world, gateways: () => [gateway.url] }, CALLERS);
    await load.next(200);
    await server.program("pg_basebackup", ["-d", server.url, "-D", server.directory("restored"), "--checkpoint=fast"]);
    await load.next(300);
    const games = await gamesBesides(world);
    // The machine crashes; of its data there is the archive, and what of the WAL was not archived yet.
    await server.stop("immediate");
    await server.copyWal("main", "restored");
    await writeFile(join(server.directory("restored"), "recovery.signal"), "");
    await server.launch("restored");
    await load.next(200);
    const acknowledged = await load.stop();
    console.info(`restored from a base backup: ${load.describe()}`);
    await expectNothingLost(world, acknowledged);
    expect(await runningGames(world)).toEqual(expect.arrayContaining(games));
  },
);

test(
  "a dump brings back every room that was acknowledged before it; what runs comes to agree with it",
  { timeout: LONG_TEST_MS },
  async () => {
    const { database } = world;
    const load = new RoomLoad({ ...world, gateways: () => [gateway.url] }, CALLERS);
    await load.next(200);
    await database.sql.unsafe(
      `do $$ begin for n in 1..${AHEAD} loop perform pg_current_xact_id(); commit; end loop; end $$`,
    );
    const dumpedAt = performance.now();
    const known = [...load.acknowledged.live.keys()];
    const gone = [...load.acknowledged.destroyed.keys()];
    const dump = server.directory("dump");
    await server.program("pg_dump", ["-d", server.url, "--format=custom", "-f", dump]);
    const [first = ""] = await gamesBesides(world);
    // From now on rooms go to another game server, of which the dump knows nothing.
    await deployAgain(world);
    await load.next(100);
    const started = await gamesBesides(world, [first]);
    await load.stop();
    const leaders = await Promise.all(started.map((processId) => leaderOf(world.dataDir, processId)));
    // And the one that it knows ends.
    process.kill(-(await leaderOf(world.dataDir, first)), "SIGKILL");
    await gateway.app.stop();
    await server.stop("fast");

    await server.initialise("restored");
    await server.launch("restored");
    await server.program("pg_restore", ["-d", server.url, "--exit-on-error", dump]);
    expect(await readBacklogFacts(database)).toMatchObject({ eventsAreAhead: true });
    expect(await renumberEvents(database)).toBeGreaterThan(0);
    expect(await readBacklogFacts(database)).toMatchObject({ eventsAreAhead: false });
    gateway = await startGateway(world);

    const rooms = await liveRooms(world);
    expect(known.filter((roomId) => !rooms.has(roomId))).toEqual([]);
    expect(gone.filter((roomId) => rooms.has(roomId))).toEqual([]);
    await waitFor(async () => [...(await liveRooms(world)).values()].every(({ state }) => state === "unscheduled"), {
      what: "rooms of the game server that has ended to be unscheduled",
      timeoutMs: 30_000,
    });
    const { roomsV2 } = new RoombridgeClient({ serverUrl: gateway.url, token: world.token, appId: world.appId });
    for (const roomId of known.slice(0, 20)) await roomsV2.resumeRoom(roomId);
    const again = new RoomLoad({ ...world, gateways: () => [gateway.url] }, CALLERS);
    await again.next(100);
    const { live } = await again.stop();
    const after = await liveRooms(world);
    for (const roomId of [...known.slice(0, 20), ...live.keys()]) expect(after.get(roomId)?.state).toBe("active");
    await expectConsistent(database);
    await waitFor(() => !leaders.some(isGroupAlive), {
      what: "the game servers that nobody knows to be ended",
      timeoutMs: 30_000,
    });
    console.info(`restored from a dump of ${Math.round(performance.now() - dumpedAt)} ms ago: ${known.length} rooms`);
  },
);

async function deployAgain({ database, appId }: World): Promise<void> {
  await database.sql`
    insert into deployments (deployment_id, app_id, build_id, container_port, transport_type, rooms_per_process, max_processes,
                             requested_cpu, requested_memory_mb, idle_timeout_enabled)
    select deployment_id || '-2', app_id, build_id, container_port, transport_type, rooms_per_process, max_processes,
           requested_cpu, requested_memory_mb, idle_timeout_enabled from deployments where app_id = ${appId}`;
}
