import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newFaultSchedule } from "@roombridge/testing/fault-schedule";
import fc from "fast-check";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import { findContainerLeaks } from "../../../test/container-census.ts";
import { cutConnections, type Fault, killGame, killOneOf, newFaultWorld, runFaults } from "../../../test/fault-run.ts";
import { findLeaks } from "../../../test/game-census.ts";
import { GAME_IMAGE, importGameImage } from "../../../test/game-image.ts";
import { type PrivateDocker, startPrivateDocker } from "../../../test/private-docker.ts";
import { requireDocker } from "../../../test/require-docker.ts";
import { newMachine, type Suite, useRooms } from "../../../test/setup.ts";
import { SteadyApp } from "../../../test/steady-app.ts";
import { SteadyEngine } from "../../../test/steady-engine.ts";

const LONG_MS = 120_000;

describe.skipIf(!requireDocker())("on engines of their own", () => {
  const suite = useRooms();
  const schedule = newFaultSchedule("containers, engines, hosts and connections", { seconds: 60 });
  let engines: PrivateDocker[] = [];
  beforeAll(async () => {
    // One ends its containers when it is started again, the other one leaves them alone.
    engines = [await startPrivateDocker(), await startPrivateDocker({ liveRestore: true })];
    for (const { client } of engines) await importGameImage(client);
  }, 2 * LONG_MS);
  afterAll(async () => void (await Promise.all(engines.map((engine) => engine.close()))), LONG_MS);

  test(
    "whatever is killed and cut, nothing is leaked and no room is lost",
    { timeout: (schedule.seconds + 360) * 1_000 },
    async () => {
      const [first, second] = engines;
      if (!first || !second) throw new Error("there are two engines");
      const env = [{ name: "HOST", value: "0.0.0.0" }];
      const world = await newFaultWorld(suite(), 3, { maxProcesses: 8, requestedMemoryMb: 256, env });
      const hosts = await Promise.all(
        [first, first, second].map((engine, n) => newDockerHost(suite(), engine, world.proxies[n]?.url ?? "")),
      );
      const apps = hosts.map(({ app }) => app);
      const steady = engines.map((engine) => new SteadyEngine(engine));
      const { next, all } = cutConnections(world);
      const { rooms, application } = world;
      await runFaults(world, {
        schedule,
        faults: [
          { weight: 6, arbitrary: killGame },
          { weight: 2, arbitrary: killOneOf(apps) },
          { weight: 1, arbitrary: fc.constantFrom(...hosts).map((host) => () => host.replace()) },
          { weight: 2, arbitrary: killEngine(steady) },
          { weight: 1, arbitrary: fc.constantFrom(...steady).map((engine) => () => engine.killContainerd()) },
          { weight: 5, arbitrary: next },
          { weight: 2, arbitrary: all },
        ],
        apps,
        findLeaks: async () => [
          ...(await findLeaks(rooms.database, application.appId)),
          ...(await findContainerLeaks(rooms.database, application.appId, engines)),
        ],
        // Containers take their time, and engines more.
        pauseMs: { min: 100, max: 3_000 },
        // What a host had that never comes back is lost after its lease, and leases are believed after eight steady seconds. An
        // engine that has missed the end of a container is believed for eight, and needs twenty to give it up without containerd.
        settleMs: 60_000,
      });
    },
  );
});

function killEngine(engines: readonly SteadyEngine[]): fc.Arbitrary<Fault> {
  return fc.record({ engine: fc.constantFrom(...engines), awayMs: fc.constantFrom(0, 3_000) }).map(
    ({ engine, awayMs }) =>
      () =>
        engine.kill(awayMs),
  );
}

/** A host on an engine; `replace` kills it for good, and another one with a name of its own follows. */
async function newDockerHost(suite: Suite, engine: PrivateDocker, databaseUrl: string) {
  const machine = await newMachine(suite, {});
  const command = ["node", "/app/src/main.ts"];
  const commands = { game: { image: GAME_IMAGE, command, pull: "never" } };
  await writeFile(join(machine.dataDir, "roombridge.json"), JSON.stringify({ commands }));
  let hostId = `host-${randomUUID()}`;
  const app = new SteadyApp(() =>
    machine.startHost({
      HOST_PROVIDER: "docker",
      HOST_ID: hostId,
      DOCKER_HOST: engine.url,
      DATABASE_URL: databaseUrl,
      HOST_MAX_PROCESSES: "3",
    }),
  );
  onTestFinished(() => app.stop());
  return {
    app,
    replace() {
      hostId = `host-${randomUUID()}`;
      return app.kill(0);
    },
  };
}
