import {
  clearRooms,
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  expectConsistent,
} from "@roombridge/testing";
import { checkProperty, propertyTimeoutMs } from "@roombridge/testing/property";
import fc from "fast-check";
import { expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { createRoom, destroyRoom, endProcess, RoomError, type EndReason } from "./index.ts";

const suite = useRooms();

type Step =
  | { readonly do: "create"; readonly ids: readonly number[] }
  | { readonly do: "destroy"; readonly ids: readonly number[] }
  | { readonly do: "run" }
  | { readonly do: "end"; readonly nth: number; readonly reason: EndReason; readonly exitCode: number };

const ids = fc.array(fc.nat(15), { minLength: 1, maxLength: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("create" as const), ids }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("destroy" as const), ids }) },
  { weight: 1, arbitrary: fc.constant({ do: "run" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      nth: fc.nat(5),
      reason: fc.constantFrom<EndReason[]>("exited", "spawn_error", "host_lost"),
      exitCode: fc.constantFrom(0, 1),
    }),
  },
);

const bustle = fc.record({
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
  roomsPerProcess: fc.integer({ min: 1, max: 4 }),
});
const kept = new URL("placement.seeds.json", import.meta.url);

test(
  "whatever clients, hosts and crashes do at the same time, no slot is lost or given twice",
  { timeout: propertyTimeoutMs() },
  ({ task }) =>
    checkProperty(
      task.name,
      bustle,
      async ({ rounds, roomsPerProcess }) => {
        const { rooms } = suite();
        const { database } = rooms;
        await clearRooms(database);
        const { application } = await createTenant(database);
        await createDeployment(database, application, { roomsPerProcess, maxProcesses: 4 });
        const host = await registerTestHost(database);
        const perform = async (action: Step): Promise<void> => {
          switch (action.do) {
            case "create":
              await Promise.all(
                action.ids.map((id) =>
                  expected(createRoom(rooms, { application, region: "London", roomId: `r${id}` })),
                ),
              );
              return;
            case "destroy":
              await Promise.all(action.ids.map((id) => expected(destroyRoom(rooms, application.appId, `r${id}`))));
              return;
            case "run":
              await runWaitingProcesses(database, host);
              return;
            case "end": {
              const living = await database.sql<{ processId: string }[]>`
                  select process_id as "processId" from processes where terminated_at is null order by process_id`;
              const chosen = living[action.nth % Math.max(living.length, 1)];
              if (chosen) await endProcess(database, { ...chosen, reason: action.reason, exitCode: action.exitCode });
            }
          }
        };
        for (const round of rounds) {
          await Promise.all(round.map(perform));
          await expectConsistent(database);
          const [live] = await database.sql`select count(*)::int as n from processes where terminated_at is null`;
          expect(live?.["n"]).toBeLessThanOrEqual(4);
        }
      },
      { runs: 40, kept, replays: 3 },
    ),
);

/** Refusals are answers; anything else is a fault. */
async function expected(promise: Promise<unknown>): Promise<void> {
  await promise.catch((error: unknown) => {
    if (!RoomError.isInstance(error) || error.code === "internal") throw error;
  });
}
