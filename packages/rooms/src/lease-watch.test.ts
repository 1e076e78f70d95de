import { expect, test } from "vitest";
import { LeaseWatch } from "./lease-watch.ts";

test.each<[string, readonly number[], number, boolean]>([
  ["without a beat", [], 100_000, false],
  ["right after the start", [0, 2_000, 4_000], 6_000, false],
  ["after eight seconds of beats", [0, 2_000, 4_000, 6_000, 8_000], 8_000, true],
  ["while a beat is overdue", [0, 2_000, 4_000, 6_000, 8_000], 13_001, false],
  ["right after a gap", [0, 2_000, 4_000, 6_000, 8_000, 14_000], 15_000, false],
  ["eight seconds after a gap", [0, 2_000, 8_000, 10_000, 12_000, 14_000, 16_000], 16_000, true],
])("%s", (_when, beats, nowMs, isSteady) => {
  const watch = new LeaseWatch();
  for (const beat of beats) watch.beaten(beat);
  expect(watch.isSteady(nowMs)).toBe(isSteady);
});
