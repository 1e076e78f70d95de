import { RoomService } from "@roombridge/client/room-service";
import { migrate, readSchemaState } from "@roombridge/rooms";
import { type App, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DebianPostgres, findDebianPostgres } from "./debian-postgres.ts";
import { checkOutOldRelease, hasOldRelease, type OldRelease } from "./old-release.ts";
import { RoomLoad } from "./room-load.ts";
import {
  expectNothingLost,
  gamesBesides,
  newWorld,
  runningGames,
  startGateway,
  startHost,
  startRtc,
  type Gateway,
  type World,
} from "./world.ts";

const CALLERS = 8;
const STEP = 200;
const LONG_TEST_MS = 300_000;

const bin = await findDebianPostgres();
if (bin === undefined) throw new Error("Debian's PostgreSQL is not installed (apt-get install postgresql)");
const isPossible = await hasOldRelease();

describe.runIf(isPossible)("a rolling upgrade under load", () => {
  let old: OldRelease;
  let server: DebianPostgres;
  let world: World;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    old = await checkOutOldRelease();
    stops.push(() => old.remove());
    server = await DebianPostgres.start(bin);
    stops.push(() => server.remove());
    await old.migrate(server.url);
    world = await newWorld(server);
    stops.push(() => world.close());
  }, LONG_TEST_MS);

  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  async function gatewayOf(checkout?: string): Promise<Gateway> {
    const gateway = await startGateway(world, checkout);
    stops.push(() => gateway.app.stop());
    return gateway;
  }

  async function hostOf(checkout?: string): Promise<App> {
    const host = await startHost(world, checkout);
    stops.push(() => host.stop());
    return host;
  }

  /** The elder one ends by itself when it hears of its successor, so that there is no moment without a host. */
  async function replaceHost(elder: App, checkout?: string): Promise<App> {
    const successor = await hostOf(checkout);
    await elder.exited;
    return successor;
  }

  /** A room that is made at one RoomService has the same credential at the other. */
  async function expectSameCredential(from: number, to: number): Promise<void> {
    const [maker, reader] = [new RoomService({ port: from }), new RoomService({ port: to })];
    try {
      const made = await maker.create();
      const { username, password } = await reader.get(made.id);
      expect({ username, password }).toEqual({ username: made.username, password: made.password });
    } finally {
      await Promise.all([maker.close(), reader.close()]);
    }
  }

  test("loses no acknowledged room and no game server, there and back", { timeout: LONG_TEST_MS }, async () => {
    const before = await gatewayOf(old.directory);
    let host = await hostOf(old.directory);
    let gateways = [before.url];
    const load = new RoomLoad({ ...world, gateways: () => gateways }, CALLERS);
    await load.next(STEP);
    const games = await gamesBesides(world);

    // A migration that meets a lock under load fails and is run again.
    await waitFor(() => migrate(server.url).then(() => true), { what: "the migration", timeoutMs: 60_000 });
    expect(await readSchemaState(world.database)).toBe("same");
    await load.next(STEP);

    const after = await gatewayOf();
    gateways = [before.url, after.url];
    await load.next(STEP);

    host = await replaceHost(host);
    await load.next(STEP);

    gateways = [after.url];
    await before.app.stop();
    await load.next(STEP);
    expect(await runningGames(world)).toEqual(expect.arrayContaining(games));

    // Back again: the release before runs on the new schema, with what the new one has written.
    const again = await gatewayOf(old.directory);
    gateways = [again.url];
    await after.app.stop();
    await replaceHost(host, old.directory);
    await load.next(STEP);

    const acknowledged = await load.stop();
    console.info(`rolling upgrade and back: ${load.describe()}`);
    await expectNothingLost(world, acknowledged);
    expect(await runningGames(world)).toEqual(expect.arrayContaining(games));
    expect([...load.failures.keys()].filter((what) => what !== "network")).toEqual([]);
  });

  test("RoomService of both releases gives the same credentials", async () => {
    const [before, after] = await Promise.all([startRtc(world, old.directory), startRtc(world)]);
    stops.push(
      () => before.app.stop(),
      () => after.app.stop(),
    );
    await expectSameCredential(before.port, after.port);
    await expectSameCredential(after.port, before.port);
  });
});
