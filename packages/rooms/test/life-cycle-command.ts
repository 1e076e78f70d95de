import type { EndReason } from "@roombridge/rooms";
import fc from "fast-check";

/** One step of a client, an operator, a host, or of time. Ids and processes are chosen by number among those that there are. */
export type Command =
  | {
      readonly do: "create";
      /** Null: generated. */
      readonly id: number | null;
      readonly region: number;
      readonly config: string | null;
      readonly pin: number | null;
      readonly isThrift: boolean;
    }
  | { readonly do: "suspend" | "resume" | "destroy" | "credential" | "napTwice"; readonly id: number }
  | { readonly do: "connect"; readonly id: number; readonly isWake: boolean }
  | { readonly do: "update"; readonly id: number; readonly config: string }
  | { readonly do: "createProcess"; readonly region: number }
  | { readonly do: "stopProcess" | "askStop" | "report"; readonly nth: number }
  | { readonly do: "end"; readonly nth: number; readonly reason: EndReason; readonly exitCode: number }
  | { readonly do: "claim"; readonly host: number; readonly limit: number }
  | { readonly do: "start" | "failStart" | "hostDown" | "hostBack" | "hostRestart"; readonly host: number }
  | { readonly do: "declare"; readonly roomsPerProcess: number; readonly maxProcesses: number }
  | { readonly do: "deleteDeployment"; readonly nth: number }
  | { readonly do: "housekeeping" }
  | { readonly do: "keepWarm"; readonly warmProcesses: number }
  /** Null: none. */
  | { readonly do: "setQuota"; readonly quota: number | null }
  | Credentials
  | Passing;

/** What is done about TURN credentials. */
export type Credentials =
  | { readonly do: "issue"; readonly id: number; readonly player: number }
  /** Null: of the whole room. */
  | { readonly do: "revoke"; readonly id: number; readonly player: number | null };

/** What time does to processes that run. */
export type Aging = { readonly do: "abandon" | "growOld"; readonly nth: number };

/** What only time brings about. */
export type Passing =
  | { readonly do: "expire" | "forget" | "forgetWake"; readonly id: number }
  | { readonly do: "idle" | "overdue"; readonly nth: number }
  | Aging
  | { readonly do: "ageTombstones" | "recoverPools" };

// Few, so that one room and one process meet many commands.
const id = fc.nat(3);
const nth = fc.nat(3);
const host = fc.nat(1);
const region = fc.oneof(
  { weight: 15, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constant(2) },
);
const config = fc.constantFrom("", "one", "two");
/** Mostly exit codes, because only they tell a crash from an end. */
const reason = fc.constantFrom<EndReason[]>("exited", "exited", "exited", "spawn_error", "port_taken", "host_shutdown");
const deployment = { roomsPerProcess: fc.constantFrom(1, 2, 2, 3, 3), maxProcesses: fc.integer({ min: 0, max: 3 }) };

const create = fc.record({
  do: fc.constant("create"),
  id: fc.option(id, { nil: null, freq: 6 }),
  region,
  config: fc.option(config, { nil: null }),
  pin: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(2) }),
  isThrift: fc.boolean(),
});
const createProcess = fc.record({ do: fc.constant("createProcess"), region });
const start = fc.record({ do: fc.constant("start"), host });

const COMMANDS: readonly (readonly [number, fc.Arbitrary<Command>])[] = [
  [12, create],
  [8, fc.record({ do: fc.constant("suspend"), id })],
  [8, fc.record({ do: fc.constant("resume"), id })],
  [2, fc.record({ do: fc.constant("destroy"), id })],
  [2, fc.record({ do: fc.constant("credential"), id })],
  [9, fc.record({ do: fc.constant("connect"), id, isWake: fc.constantFrom(true, true, false) })],
  [3, fc.record({ do: fc.constant("napTwice"), id })],
  [2, fc.record({ do: fc.constant("forgetWake"), id })],
  [2, fc.record({ do: fc.constant("update"), id, config })],
  [3, createProcess],
  [2, fc.record({ do: fc.constant("stopProcess"), nth })],
  [1, fc.record({ do: fc.constant("askStop"), nth })],
  [2, fc.record({ do: fc.constant("claim"), host, limit: fc.integer({ min: 1, max: 3 }) })],
  [2, fc.record({ do: fc.constant("report"), nth })],
  [6, start],
  [5, fc.record({ do: fc.constant("failStart"), host })],
  [8, fc.record({ do: fc.constant("end"), nth, reason, exitCode: fc.constantFrom(0, 1) })],
  [1, fc.record({ do: fc.constant("hostDown"), host })],
  [1, fc.record({ do: fc.constant("hostBack"), host })],
  [1, fc.record({ do: fc.constant("hostRestart"), host })],
  [1, fc.record({ do: fc.constant("declare"), ...deployment })],
  [1, fc.record({ do: fc.constant("deleteDeployment"), nth: fc.nat(3) })],
  [3, fc.record({ do: fc.constant("housekeeping") })],
  [4, fc.record({ do: fc.constant("expire"), id })],
  [1, fc.record({ do: fc.constant("forget"), id })],
  [1, fc.record({ do: fc.constant("idle"), nth })],
  [1, fc.record({ do: fc.constant("overdue"), nth })],
  [1, fc.record({ do: fc.constant("ageTombstones") })],
  [1, fc.record({ do: fc.constant("recoverPools") })],
];

const command = fc.oneof(...COMMANDS.map(([weight, arbitrary]) => ({ weight, arbitrary })));

export interface Story {
  /** Undefined: an application without a deployment. */
  readonly deployment: { readonly roomsPerProcess: number; readonly maxProcesses: number } | undefined;
  readonly hostCapacities: readonly number[];
  readonly commands: readonly Command[];
}

export const story: fc.Arbitrary<Story> = fc.record({
  deployment: fc.option(fc.record({ ...deployment, maxProcesses: fc.integer({ min: 1, max: 4 }) }), {
    nil: undefined,
    freq: 8,
  }),
  hostCapacities: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
  // First some rooms, most of them running: with nothing there, little can go wrong.
  commands: fc
    .tuple(
      fc.array<Command>(
        fc.oneof(
          { weight: 3, arbitrary: create },
          { weight: 2, arbitrary: start },
          { weight: 1, arbitrary: createProcess },
        ),
        {
          maxLength: 10,
          size: "max",
        },
      ),
      fc.array(command, { maxLength: 30, size: "max" }),
    )
    .map((parts) => parts.flat()),
});

const credentials = fc.oneof<fc.MaybeWeightedArbitrary<Credentials>[]>(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("issue"), id, player: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("revoke"), id, player: fc.option(fc.nat(1), { nil: null, freq: 1 }) }),
  },
);

/** A story in which, here and there, something is done about credentials. */
export const credentialStory: fc.Arbitrary<Story> = storyWith(credentials);

const aging = fc.oneof<fc.MaybeWeightedArbitrary<Command>[]>(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("abandon", "abandon", "growOld"), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("keepWarm"), warmProcesses: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("setQuota"), quota: fc.option(fc.nat(4), { nil: null, freq: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("housekeeping") }) },
);

/** A story in which, here and there, processes grow old, others are started ahead, and their number is limited. */
export const agingStory: fc.Arbitrary<Story> = storyWith(aging);

/** Of their own, and not among the commands of a story: the counterexamples that are kept remain what they are. */
function storyWith(others: fc.Arbitrary<Command>): fc.Arbitrary<Story> {
  return fc
    .tuple(
      story,
      fc.array(fc.record({ at: fc.nat(40), command: others }), { minLength: 4, maxLength: 20, size: "max" }),
    )
    .map(([told, more]) => {
      const commands = [...told.commands];
      for (const { at, command: other } of more) commands.splice(Math.min(at, commands.length), 0, other);
      return { ...told, commands };
    });
}
