import type { EndReason } from "@roombridge/rooms";
import fc from "fast-check";

/** One call of a client, or something that befalls a process, while others do theirs. */
export type Call =
  | {
      readonly do: "create";
      readonly id: number | null;
      readonly isPinned: boolean;
      readonly isThrift: boolean;
      readonly config: string;
    }
  | { readonly do: "suspend" | "destroy" | "info" | "credential" | "expire" | "revoke"; readonly id: number }
  /** `times` callers at once. */
  | { readonly do: "resume"; readonly id: number; readonly times: number }
  | { readonly do: "connect"; readonly id: number; readonly times: number; readonly isWake: boolean }
  | { readonly do: "update"; readonly id: number; readonly config: string }
  | { readonly do: "end"; readonly nth: number; readonly reason: EndReason; readonly exitCode: number }
  | { readonly do: "stop"; readonly nth: number }
  | { readonly do: "start" | "loseHost" | "finish"; readonly host: number }
  | { readonly do: "createProcess" }
  | Upkeep;

/** What is started ahead, what has grown old or idle, and who sees to it. */
export type Upkeep =
  | { readonly do: "keepWarm"; readonly isOlder: boolean; readonly warmProcesses: number }
  | { readonly do: "growOld" | "abandon"; readonly nth: number }
  | { readonly do: "keepHouse" };

/** Calls one after the other; the clients of a round are at work at the same time, through one gateway or the other. */
export interface Client {
  readonly gateway: number;
  readonly calls: readonly Call[];
}

export interface Storm {
  readonly roomsPerProcess: number;
  readonly maxProcesses: number;
  readonly hostCapacities: readonly number[];
  readonly rounds: readonly (readonly Client[])[];
}

const id = fc.nat(3);
const nth = fc.nat(5);
const host = fc.nat(1);
const times = fc.integer({ min: 1, max: 4 });
const config = fc.constantFrom("a", "b", "c");
const reason = fc.constantFrom<EndReason[]>("exited", "exited", "spawn_error", "host_lost");

const call = fc.oneof<fc.MaybeWeightedArbitrary<Call>[]>(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("create"),
      id: fc.option(id, { nil: null, freq: 5 }),
      isPinned: fc.boolean(),
      isThrift: fc.boolean(),
      config,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("suspend", "suspend", "destroy", "info", "credential"), id }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("resume"), id, times }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("connect"), id, times, isWake: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("update"), id, config }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("expire"), id }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("end"), nth, reason, exitCode: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop"), nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("start"), host }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("loseHost"), host }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("createProcess") }) },
);

const client = fc.record({ gateway: fc.nat(1), calls: fc.array(call, { minLength: 1, maxLength: 4, size: "max" }) });

export const storm: fc.Arbitrary<Storm> = fc.record({
  roomsPerProcess: fc.integer({ min: 1, max: 3 }),
  maxProcesses: fc.integer({ min: 1, max: 3 }),
  hostCapacities: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
  rounds: fc.array(fc.array(client, { minLength: 1, maxLength: 7, size: "max" }), {
    minLength: 1,
    maxLength: 5,
    size: "max",
  }),
});

const upkeep = fc.oneof<fc.MaybeWeightedArbitrary<Call>[]>(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("keepWarm"), isOlder: fc.boolean(), warmProcesses: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("growOld", "abandon", "abandon"), nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("keepHouse") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("start"), host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("finish"), host }) },
);

/** A storm in which processes are started ahead, grow old, and are retired, by clients who do nothing else. */
export const agingStorm: fc.Arbitrary<Storm> = withOthers(
  fc.array(upkeep, { minLength: 1, maxLength: 5, size: "max" }),
);

/** A storm in which credentials are revoked, each time of a whole room, by clients who do nothing else. */
export const revokingStorm: fc.Arbitrary<Storm> = withOthers(
  fc.array(fc.record({ do: fc.constant("revoke" as const), id }), { minLength: 1, maxLength: 4 }),
);

function withOthers(calls: fc.Arbitrary<Call[]>): fc.Arbitrary<Storm> {
  return fc.tuple(storm, fc.array(calls, { minLength: 1, maxLength: 3 })).map(([{ rounds, ...rest }, others]) => {
    const clients = others.map((theirs, n) => ({ gateway: n % 2, calls: theirs }));
    return { ...rest, rounds: rounds.map((round) => [...round, ...clients]) };
  });
}
