import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { closeRooms, resumeRoom } from "@roombridge/rooms";
import {
  createDeployment,
  createTenant,
  expectConsistent,
  openTestRooms,
  startCuttingProxy,
  waitFor,
  type Cut,
  type CuttingProxy,
} from "@roombridge/testing";
import { newFaultSchedule } from "@roombridge/testing/fault-schedule";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { FaultClient, step } from "../test/fault-load.ts";
import { findLeaks, gamesOf } from "../test/game-census.ts";
import { ECHO_ROOM, newMachine, useRooms } from "../test/setup.ts";
import { SteadyHost } from "../test/steady-host.ts";

const suite = useRooms();
const CLIENTS = 4;
const { seconds, draw } = newFaultSchedule("games, hosts and connections", { seconds: 20 });

/** Words of the statements in whose middle a connection breaks. */
const MARKERS = [
  ...["with claimed as", "report_running", "end_process", "insert into port_leases", "booted_at = clock_timestamp()"],
  ...["set host_incarnation", "create_rooms", "resume_room", "destroy_rooms", "suspend_room", "beat_at"],
];

type Fault =
  | { readonly do: "killGame"; readonly nth: number; readonly isWhole: boolean }
  | { readonly do: "killHost"; readonly host: number; readonly awayMs: number }
  | { readonly do: "cutNext"; readonly proxy: number; readonly marker: string; readonly when: Cut }
  | { readonly do: "cutAll"; readonly proxy: number };

const proxy = fc.nat(2);
const fault = fc.record({
  afterMs: fc.integer({ min: 50, max: 900 }),
  fault: fc.oneof<fc.MaybeWeightedArbitrary<Fault>[]>(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("killGame"), nth: fc.nat(20), isWhole: fc.boolean() }) },
    {
      weight: 2,
      // Six seconds end a host's lease; before that its successor goes on with its game servers.
      arbitrary: fc.record({ do: fc.constant("killHost"), host: fc.nat(1), awayMs: fc.constantFrom(0, 500, 7_000) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("cutNext"),
        proxy,
        marker: fc.constantFrom(...MARKERS),
        when: fc.constantFrom<Cut[]>("before_request", "before_answer", "after_request"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("cutAll"), proxy }) },
  ),
});

/** Two hosts and four clients, each with a way of its own to the database. */
async function newWorld() {
  const { databaseUrl, rooms } = suite();
  const { database } = rooms;
  const proxies: CuttingProxy[] = [];
  for (let n = 0; n < 3; n += 1) {
    const opened = await startCuttingProxy(databaseUrl);
    onTestFinished(() => opened.close());
    proxies.push(opened);
  }
  const [, , clientProxy] = proxies;
  const machines = [await newMachine(suite(), { game: ECHO_ROOM }), await newMachine(suite(), { game: ECHO_ROOM })];
  const hosts = machines.map((machine, n) => {
    const url = proxies[n]?.url ?? "";
    const HOST_ID = `host-${randomUUID()}`;
    return new SteadyHost(machine, { HOST_ID, DATABASE_URL: url, HOST_MAX_PROCESSES: "4" });
  });
  const { application } = await createTenant(database);
  await createDeployment(database, application, { roomsPerProcess: 3, maxProcesses: 6, command: "game" });
  const throughProxy = openTestRooms(clientProxy?.url ?? "");
  onTestFinished(() => closeRooms(throughProxy));
  const clients = Array.from({ length: CLIENTS }, (_, n) => new FaultClient(throughProxy, application, `room-${n}`));
  return { database, rooms, proxies, hosts, application, clients };
}

test.runIf(process.platform === "linux")(
  "whatever is killed and cut, nothing is leaked and no room is lost",
  { timeout: (seconds + 240) * 1_000 },
  async () => {
    const { database, rooms, proxies, hosts, application, clients } = await newWorld();
    const { appId } = application;
    await Promise.all(hosts.map((host) => host.start()));
    const until = performance.now() + seconds * 1_000;
    const away: Promise<void>[] = [];
    const load = clients.map((client) => client.run(draw(step, 500), until));
    for (const { afterMs, fault: next } of draw(fault, seconds * 20)) {
      if (performance.now() + afterMs > until) break;
      await delay(afterMs);
      const doing = strike(next);
      if (doing) away.push(doing);
    }
    await Promise.all(load);
    await Promise.all(away);
    await Promise.all(hosts.map((host) => host.start()));

    await waitFor(
      async () => {
        await expectConsistent(database);
        expect(await findLeaks(database, appId)).toEqual([]);
        return true;
      },
      { what: "all of it to be settled", timeoutMs: 15_000 },
    );
    for (const client of clients) await client.check();
    console.info(clients.flatMap(({ heard }) => [...heard].map(([what, times]) => `${what} ${times}`)).join(", "));

    // And every room of which a client knows can be played in.
    for (const roomId of clients.flatMap(({ survivors }) => survivors)) {
      const { exposedPort } = await waitFor(
        async () => {
          const { connection } = await resumeRoom(rooms, application, roomId);
          return connection.status === "active" && connection;
        },
        { what: `room ${roomId} to be active`, timeoutMs: 60_000 },
      );
      expect((await fetch(`http://127.0.0.1:${exposedPort.port}/`)).status).toBe(200);
    }
    await expectConsistent(database);

    function strike(next: Fault): Promise<void> | undefined {
      switch (next.do) {
        case "killGame":
          return killGame(appId, next);
        case "killHost":
          return hosts[next.host]?.kill(next.awayMs);
        case "cutNext":
          proxies[next.proxy]?.cutNext(next.marker, next.when);
          return undefined;
        case "cutAll":
          proxies[next.proxy]?.cutAll();
          return undefined;
      }
    }
  },
);

/** SIGKILL to one process of a game server, or to all of them. */
async function killGame(appId: string, { nth, isWhole }: { readonly nth: number; readonly isWhole: boolean }) {
  const games = [...(await gamesOf(appId)).values()];
  const members = games[nth % Math.max(games.length, 1)] ?? [];
  for (const pid of isWhole ? members : members.slice(nth % 2, (nth % 2) + 1)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
