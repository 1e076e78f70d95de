import { checkProperty } from "@roombridge/testing/property";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sample } from "./sample.ts";
import { toSeries } from "./to-series.ts";

/** A sample each 15 s: half a core, 100 bytes a second. */
const sample = (second: number, fields: Partial<Sample> = {}): Sample => ({
  atMs: second * 1_000 + 7,
  cpuSeconds: second / 2,
  memoryBytes: 1_000 + second,
  sentBytes: second * 100,
  tcpConnections: 3,
  ...fields,
});
const SAMPLES = [0, 15, 30, 45, 60, 75, 90].map((second) => sample(second));
const ALL = { start: 0, end: 1_000, step: 15 };

describe("the points of a range", () => {
  test("are all samples where the step is theirs; rates need a sample before", () => {
    const { cpu, memory, rateEgress, totalEgress, activeConnections, gpuMemory, gpuUtilization } = toSeries(
      SAMPLES,
      ALL,
    );
    expect(memory.map(({ timestamp }) => timestamp)).toEqual([0, 15, 30, 45, 60, 75, 90]);
    expect(memory[1]).toEqual({ value: 1_015, timestamp: 15 });
    expect(cpu).toEqual([15, 30, 45, 60, 75, 90].map((timestamp) => ({ value: 0.5, timestamp })));
    expect(rateEgress[0]).toEqual({ value: 100, timestamp: 15 });
    expect(totalEgress[6]).toEqual({ value: 9_000, timestamp: 90 });
    expect(activeConnections[0]).toEqual({ value: 3, timestamp: 0 });
    expect([gpuMemory, gpuUtilization]).toEqual([[], []]);
  });

  test("are the last ones of longer steps, rates over the whole of a step", () => {
    const { memory, cpu } = toSeries(SAMPLES, { start: 0, end: 80, step: 60 });
    expect(memory).toEqual([
      { value: 1_045, timestamp: 45 },
      { value: 1_075, timestamp: 75 },
    ]);
    expect(cpu).toEqual([{ value: 0.5, timestamp: 75 }]);
  });

  test("begin with a rate where there is a sample before the range", () => {
    expect(toSeries(SAMPLES, { start: 20, end: 40, step: 15 }).cpu).toEqual([{ value: 0.5, timestamp: 30 }]);
  });

  test("are none outside of what was measured", () => {
    expect(toSeries(SAMPLES, { start: 200, end: 300, step: 15 }).memory).toEqual([]);
    expect(toSeries([], ALL).cpu).toEqual([]);
  });
});

test("what was not measured has no points, and a counter that began anew no rate", () => {
  const unknown = { sentBytes: undefined, tcpConnections: undefined };
  const some = [sample(0), { ...sample(15), ...unknown }, sample(30, { cpuSeconds: 2 }), sample(45)] as Sample[];
  const { cpu, rateEgress, totalEgress, activeConnections } = toSeries(some, ALL);
  expect(cpu.map(({ timestamp }) => timestamp)).toEqual([15, 45]);
  expect(rateEgress.map(({ timestamp }) => timestamp)).toEqual([45]);
  expect(totalEgress.map(({ timestamp }) => timestamp)).toEqual([0, 30, 45]);
  expect(activeConnections).toHaveLength(3);
});

test("whatever the samples and the range, points lie in it, in order, one for each step, and are finite", async () => {
  const samples = fc
    .array(
      fc.record({ second: fc.nat(500), cpuSeconds: fc.nat(9), sentBytes: fc.option(fc.nat(9), { nil: undefined }) }),
    )
    .map((all) =>
      all.map(({ second, ...rest }) => ({ ...sample(second), ...rest })).toSorted((a, b) => a.atMs - b.atMs),
    );
  const range = fc.record({ start: fc.nat(400), length: fc.nat(500), step: fc.integer({ min: 1, max: 100 }) });
  await checkProperty(
    "points of a series",
    fc.tuple(samples, range),
    async ([given, { start, length, step }]) => {
      const end = start + length;
      for (const points of Object.values(toSeries(given as Sample[], { start, end, step }))) {
        const steps = points.map(({ timestamp }) => Math.floor((timestamp - start) / step));
        expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
        for (const { value, timestamp } of points) {
          expect(timestamp >= start && timestamp <= end && Number.isFinite(value) && value >= 0).toBe(true);
        }
      }
    },
    { runs: 200, kept: new URL("to-series.seeds.json", import.meta.url) },
  );
});
