import {
  clearRooms,
  createDeployment,
  createTenant,
  expectConsistent,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { checkProperty, propertyTimeoutMs } from "@roombridge/testing/property";
import fc from "fast-check";
import { expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import {
  beatStaticProcess,
  createRoom,
  deregisterStaticProcess,
  destroyRoom,
  endLostStaticProcesses,
  newUuid,
  registerStaticProcess,
  resumeRoom,
  RoomError,
  stopProcess,
  suspendRoom,
  type Database,
} from "./index.ts";

const suite = useRooms();

type Step =
  | { readonly do: "register"; readonly server: number; readonly isRepeated: boolean; readonly region: number }
  | { readonly do: "beat" | "stop" | "deregister"; readonly nth: number; readonly exitCode: number }
  | { readonly do: "lose" | "run" }
  | { readonly do: "create" | "destroy" | "suspend" | "resume"; readonly ids: readonly number[] };

const ids = fc.array(fc.nat(7), { minLength: 1, maxLength: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("register" as const),
      server: fc.nat(2),
      isRepeated: fc.boolean(),
      region: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("beat" as const, "stop" as const, "deregister" as const),
      nth: fc.nat(7),
      exitCode: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("lose" as const, "run" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "create" as const,
        "create" as const,
        "destroy" as const,
        "suspend" as const,
        "resume" as const,
      ),
      ids,
    }),
  },
);

const bustle = fc.record({
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
  hasHost: fc.boolean(),
});
const kept = new URL("static-process.seeds.json", import.meta.url);
const REGIONS = [TEST_REGION, "Tokyo"] as const;
const MAX_PROCESSES = 4;

test(
  "whatever servers, clients and losses do at the same time, one process has a name and no slot is lost or given twice",
  { timeout: propertyTimeoutMs() },
  ({ task }) =>
    checkProperty(
      task.name,
      bustle,
      async ({ rounds, hasHost }) => {
        const perform = await openWorld(hasHost);
        const { database } = suite().rooms;
        for (const round of rounds) {
          await Promise.all(round.map(perform));
          await expectConsistent(database);
          await expectRules(database, hasHost);
        }
        await perform({ do: "lose" });
        const left = await database.sql`
          select from processes p join hosts h on h.host_id = p.host_id where h.provider = 'static' and p.terminated_at is null`;
        expect(left).toHaveLength(0);
        await expectConsistent(database);
      },
      { runs: 40, kept, replays: 3 },
    ),
);

/** A game with two rooms per process, whose host, if it has one, runs what is started. Answers what does a step. */
async function openWorld(hasHost: boolean): Promise<(step: Step) => Promise<void>> {
  const { rooms } = suite();
  const { database } = rooms;
  const { sql } = database;
  await clearRooms(database);
  const { application } = await createTenant(database);
  const { appId } = application;
  await createDeployment(database, application, { roomsPerProcess: 2, maxProcesses: MAX_PROCESSES });
  const host = hasHost ? await registerTestHost(database) : undefined;
  const instances = [newUuid(), newUuid(), newUuid()];

  const forEach = (numbers: readonly number[], call: (roomId: string) => Promise<unknown>) =>
    Promise.all(numbers.map((id) => expected(call(`r${id}`))));

  return async (action) => {
    switch (action.do) {
      case "register": {
        const { server, isRepeated, region } = action;
        const instanceId = isRepeated ? instances[server] : newUuid();
        const exposedPort = { host: "h", port: 1, transportType: "udp", name: "default" } as const;
        const place = { region: REGIONS[region] ?? TEST_REGION, exposedPort };
        await expected(registerStaticProcess(rooms, { application, name: `s${server}`, instanceId, ...place }));
        return;
      }
      case "beat":
      case "stop":
      case "deregister": {
        const known = await sql<{ processId: string }[]>`
          select process_id as "processId" from processes where app_id = ${appId}
           order by terminated_at desc nulls first, process_id limit 8`;
        const { processId = newUuid() } = known[action.nth % Math.max(known.length, 1)] ?? {};
        if (action.do === "beat") await expected(beatStaticProcess(rooms, appId, processId));
        else if (action.do === "stop") await expected(stopProcess(rooms, appId, processId));
        else await expected(deregisterStaticProcess(rooms, appId, processId, action.exitCode));
        return;
      }
      case "lose":
        await sql`update hosts set beat_at = '-infinity' where provider = 'static'`;
        await endLostStaticProcesses(database);
        return;
      case "run":
        if (host) await runWaitingProcesses(database, host);
        return;
      case "create":
        await forEach(action.ids, (roomId) => createRoom(rooms, { application, region: TEST_REGION, roomId }));
        return;
      case "destroy":
        await forEach(action.ids, (roomId) => destroyRoom(rooms, appId, roomId));
        return;
      case "suspend":
        await forEach(action.ids, (roomId) => suspendRoom(rooms, appId, roomId));
        return;
      case "resume":
        await forEach(action.ids, (roomId) => resumeRoom(rooms, application, roomId));
    }
  };
}

async function expectRules({ sql }: Database, hasHost: boolean): Promise<void> {
  const twins = await sql`
    select p.host_id from processes p join hosts h on h.host_id = p.host_id
     where h.provider = 'static' and p.terminated_at is null
     group by p.host_id, h.incarnation having count(*) > 1 or bool_or(p.host_incarnation <> h.incarnation)`;
  expect([...twins], "names with two processes, or with one of another instance").toEqual([]);
  const crowded = await sql`
    select pool_id from processes where terminated_at is null group by pool_id having count(*) > ${MAX_PROCESSES}`;
  expect([...crowded], "pools with more processes than their deployment allows").toEqual([]);
  const orphans = await sql`select process_id from processes where terminated_at is null and host_id is null`;
  if (!hasHost) expect([...orphans], "processes that wait for a host where there is none").toEqual([]);
}

/** Refusals are answers; anything else is a fault. */
async function expected(promise: Promise<unknown>): Promise<void> {
  await promise.catch((error: unknown) => {
    if (!RoomError.isInstance(error) || error.code === "internal") throw error;
  });
}
