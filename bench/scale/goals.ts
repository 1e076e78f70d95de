import { quantile } from "../median.ts";
import { ratioOf, type Ratio } from "../rooms/figures.ts";
import type { Measured } from "./tasks.ts";

export interface Goal {
  readonly number: string;
  readonly measure: string;
  readonly goal: string;
  readonly found: Ratio | undefined;
  readonly isMet: boolean | undefined;
}

/** What was measured by name, each round of each size; the first size is what others are compared with. */
export type Rounds = ReadonlyMap<string, readonly Measured[]>;

/** How growth of the history may show, each size against the smallest one in the same round. */
export function judge(sizeName: string, rounds: Rounds, smallest: Rounds): Goal[] {
  const compare = (name: string, value: (measured: Measured) => number) =>
    ratioOf((rounds.get(name) ?? []).map(value), (smallest.get(name) ?? []).map(value));
  const at = `at ${sizeName}`;
  return [
    atLeast(0.95, {
      number: "8",
      measure: `create rate ${at}`,
      found: compare("create", ({ perSecond }) => perSecond),
    }),
    atMost(1.1, {
      ...{ number: "8", measure: `log per create ${at}` },
      found: compare("create", ({ walBytes }) => walBytes ?? Number.NaN),
    }),
    ...["list-active", "list-active, few rooms", "connection info"].map((name) =>
      atMost(1.2, { number: "9", measure: `${name} p50 ${at}`, found: compare(name, median) }),
    ),
  ];
}

export function median({ milliseconds }: Measured): number {
  return quantile(milliseconds, 0.5);
}

type Found = Pick<Goal, "number" | "measure" | "found">;

function atLeast(bound: number, found: Found): Goal {
  return { ...found, goal: `>= ${bound}`, isMet: found.found && found.found.median >= bound };
}

function atMost(bound: number, found: Found): Goal {
  return { ...found, goal: `<= ${bound}`, isMet: found.found && found.found.median <= bound };
}
