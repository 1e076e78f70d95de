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

test.each<[string, number, number, boolean]>([
  ["a clock that drifts a little", 500, 10_000, true],
  ["a clock that was set forward", 6_000, 10_000, false],
  ["a clock that was set back", -6_000, 10_000, false],
  ["eight seconds after a clock was set", 6_000, 18_000, true],
])("%s", (_what, stepMs, nowMs, isSteady) => {
  const watch = new LeaseWatch();
  for (let at = 0; at <= nowMs; at += 2_000) {
    watch.beaten(at);
    watch.clockRead(at, 1_700_000_000_000 + at + (at < 10_000 ? 0 : stepMs));
  }
  expect(watch.isSteady(nowMs)).toBe(isSteady);
});
