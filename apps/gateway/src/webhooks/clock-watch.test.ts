import { expect, test } from "vitest";
import { ClockWatch } from "./clock-watch.ts";

const MINUTE = 60_000;

test.each<{
  readonly name: string;
  readonly looks: readonly (readonly [databaseMs: number, nowMs: number])[];
  readonly told: boolean;
}>([
  { name: "the first look", looks: [[5, 0]], told: false },
  {
    name: "a clock that goes on",
    looks: [
      [1_000, 0],
      [MINUTE, MINUTE],
    ],
    told: false,
  },
  {
    name: "a clock that was set forward",
    looks: [
      [1_000, 0],
      [61 * MINUTE, MINUTE],
    ],
    told: false,
  },
  {
    name: "an answer that came late",
    looks: [
      [MINUTE, 0],
      [MINUTE, 20_000],
    ],
    told: false,
  },
  {
    name: "a clock that was set back",
    looks: [
      [61 * MINUTE, 0],
      [2 * MINUTE, MINUTE],
    ],
    told: true,
  },
  {
    name: "a clock that goes on after it was set back",
    looks: [
      [61 * MINUTE, 0],
      [2 * MINUTE, MINUTE],
      [3 * MINUTE, 2 * MINUTE],
    ],
    told: false,
  },
])("$name: set back is $told", ({ looks, told }) => {
  const watch = new ClockWatch();
  expect(looks.map(([databaseMs, nowMs]) => watch.wasSetBack(databaseMs, nowMs)).at(-1)).toBe(told);
});
