import { setTimeout as delay } from "node:timers/promises";
import { type Application, closeRooms, resumeRoom, type RoomsContext } from "@roombridge/rooms";
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
import type { FaultSchedule } from "@roombridge/testing/fault-schedule";
import fc from "fast-check";
import { expect, onTestFinished } from "vitest";
import { FaultClient, step } from "./fault-load.ts";
import { gamesOf } from "./game-census.ts";
import type { Suite } from "./setup.ts";
import type { SteadyApp } from "./steady-app.ts";

const CLIENTS = 4;

/** Words of the statements in whose middle a connection breaks. */
const MARKERS = [
  ...["with claimed as", "report_running", "end_process", "insert into port_leases", "booted_at = clock_timestamp()"],
  ...[
    "set host_incarnation",
    "create_rooms",
    "resume_room",
    "destroy_rooms",
    "suspend_room",
    "beat_at",
    "_static_process",
  ],
];

export interface FaultWorld {
  readonly rooms: RoomsContext;
  readonly application: Application;
  /** For static servers. */
  readonly token: string;
  /** One for each part that has a way of its own to the database; the clients' is the last. */
  readonly proxies: readonly CuttingProxy[];
  readonly clients: readonly FaultClient[];
}

/** An application, four clients of it, and for them and `parts` others a way each to the database, open until the test ends. */
export async function newFaultWorld(
  { databaseUrl, rooms }: Suite,
  parts: number,
  settings: Parameters<typeof createDeployment>[2],
): Promise<FaultWorld> {
  const proxies: CuttingProxy[] = [];
  for (let n = 0; n <= parts; n += 1) {
    const opened = await startCuttingProxy(databaseUrl);
    onTestFinished(() => opened.close());
    proxies.push(opened);
  }
  const { application, token } = await createTenant(rooms.database);
  await createDeployment(rooms.database, application, { roomsPerProcess: 3, command: "game", ...settings });
  const throughProxy = openTestRooms(proxies.at(-1)?.url ?? "");
  onTestFinished(() => closeRooms(throughProxy));
  const clients = Array.from({ length: CLIENTS }, (_, n) => new FaultClient(throughProxy, application, `room-${n}`));
  return { rooms, application, token, proxies, clients };
}

/** Something that is done to the world; it resolves when what was killed is back. */
export type Fault = (world: FaultWorld) => Promise<void>;

/** To the game servers that hosts have started: SIGKILL to one process of one of them, or to all of its processes. */
export const killGame: fc.Arbitrary<Fault> = fc
  .record({ nth: fc.nat(20), isWhole: fc.boolean() })
  .map(({ nth, isWhole }) => async ({ application }) => {
    const games = [...(await gamesOf(application.appId)).values()];
    const members = games[nth % Math.max(games.length, 1)] ?? [];
    for (const pid of isWhole ? members : members.slice(nth % 2, (nth % 2) + 1)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
  });

/** SIGKILL to one of the apps. Six seconds end a lease; before that a host's successor goes on with its game servers. */
export function killOneOf(apps: readonly SteadyApp[]): fc.Arbitrary<Fault> {
  return fc.record({ n: fc.nat(apps.length - 1), awayMs: fc.constantFrom(0, 500, 7_000) }).map(
    ({ n, awayMs }) =>
      async () =>
        apps[n]?.kill(awayMs),
  );
}

/** To connections with the database: one in the middle of a statement, or all of one part. */
export function cutConnections({ proxies }: FaultWorld): {
  readonly next: fc.Arbitrary<Fault>;
  readonly all: fc.Arbitrary<Fault>;
} {
  const proxy = fc.constantFrom(...proxies);
  const cut = fc.record({
    proxy,
    marker: fc.constantFrom(...MARKERS),
    when: fc.constantFrom<Cut[]>("before_request", "before_answer", "after_request"),
  });
  return {
    next: cut.map((armed) => async () => armed.proxy.cutNext(armed.marker, armed.when)),
    all: proxy.map((one) => async () => one.cutAll()),
  };
}

export interface FaultRun {
  readonly schedule: FaultSchedule;
  readonly faults: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Fault> }[];
  /** All that must run at the end. */
  readonly apps: readonly SteadyApp[];
  /** What is wrong between the database and what runs, in sentences. */
  readonly findLeaks: () => Promise<string[]>;
  /** Time between two strikes. */
  readonly pauseMs: { readonly min: number; readonly max: number };
  /** How long after the end, with everything started again, something may be wrong. */
  readonly settleMs: number;
}

/** Strikes under load; then nothing may be leaked, and no room may be lost of which a client knows. */
export async function runFaults(world: FaultWorld, run: FaultRun): Promise<void> {
  const { schedule, apps, settleMs } = run;
  const { rooms, clients } = world;
  const { database } = rooms;
  await Promise.all(apps.map((app) => app.start()));
  await strike(world, run, performance.now() + schedule.seconds * 1_000);
  await Promise.all(apps.map((app) => app.start()));
  await waitFor(
    async () => {
      await expectConsistent(database);
      expect(await run.findLeaks()).toEqual([]);
      return true;
    },
    { what: "all of it to be settled", timeoutMs: settleMs },
  );
  for (const client of clients) await client.check();
  console.info(clients.flatMap(({ heard }) => [...heard].map(([what, times]) => `${what} ${times}`)).join(", "));
  await playEverywhere(world);
  await expectConsistent(database);
}

async function strike(world: FaultWorld, { schedule, faults, pauseMs }: FaultRun, until: number): Promise<void> {
  const { seconds, draw } = schedule;
  const away: Promise<void>[] = [];
  const load = world.clients.map((client) => client.run(draw(step, 500), until));
  const timed = fc.record({ afterMs: fc.integer(pauseMs), fault: fc.oneof(...faults) });
  for (const { afterMs, fault } of draw(timed, seconds * 20)) {
    if (performance.now() + afterMs > until) break;
    await delay(afterMs);
    away.push(fault(world));
  }
  await Promise.all([...load, ...away]);
}

/** Every room of which a client knows can be played in. */
async function playEverywhere({ rooms, application, clients }: FaultWorld): Promise<void> {
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
}
