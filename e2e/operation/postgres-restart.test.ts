import { setTimeout as delay } from "node:timers/promises";
import { migrate } from "@roombridge/rooms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DebianPostgres, findDebianPostgres, type StopMode } from "./debian-postgres.ts";
import { RoomLoad } from "./room-load.ts";
import {
  expectNothingLost,
  gamesBesides,
  newWorld,
  runningGames,
  startGateway,
  startHost,
  type World,
} from "./world.ts";

const CALLERS = 8;
/** Longer than the six seconds of a host's lease. */
const LONG_MS = 9_000;
const LONG_TEST_MS = 300_000;

const bin = await findDebianPostgres();
if (bin === undefined) throw new Error("Debian's PostgreSQL is not installed (apt-get install postgresql)");

describe("PostgreSQL is restarted under load", () => {
  let server: DebianPostgres;
  let world: World;
  const stops: (() => Promise<unknown>)[] = [];
  let gateways: string[];

  beforeAll(async () => {
    server = await DebianPostgres.start(bin);
    stops.push(() => server.remove());
    await migrate(server.url);
    world = await newWorld(server);
    stops.push(() => world.close());
    const started = await Promise.all([startGateway(world), startGateway(world)]);
    const host = await startHost(world, undefined, { HOST_ON_SHUTDOWN: "stop" });
    stops.push(
      ...started.map(
        ({ app }) =>
          () =>
            app.stop(),
      ),
      () => host.stop(),
    );
    gateways = started.map(({ url }) => url);
  });

  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  test.each<[StopMode, number]>([
    ["fast", 0],
    ["immediate", 0],
    ["fast", LONG_MS],
    ["immediate", LONG_MS],
  ])(
    "%s, away for %d ms: no acknowledged room is lost, none is created twice, and games go on",
    { timeout: LONG_TEST_MS },
    async (mode, awayMs) => {
      const load = new RoomLoad({ ...world, gateways: () => gateways }, CALLERS);
      await load.next(200);
      const games = await gamesBesides(world);
      await server.stop(mode);
      await delay(awayMs);
      await server.launch("main");
      const back = performance.now();
      await load.next(1);
      const healedMs = performance.now() - back;
      await load.next(200);
      // Whatever the outage made of the leases would be seen by then.
      await delay(awayMs);
      const acknowledged = await load.stop();
      console.info(`${mode}, away for ${awayMs} ms: served again after ${Math.round(healedMs)} ms; ${load.describe()}`);
      await expectNothingLost(world, acknowledged);
      expect(await runningGames(world)).toEqual(expect.arrayContaining(games));
      await world.database.sql`
      select destroy_rooms(array(select room_key from rooms where app_id = ${world.appId} and destroyed_at is null), 'test')`;
    },
  );
});
