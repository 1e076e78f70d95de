import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { newFaultSchedule } from "./fault-schedule.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a seed gives the same values again, and each stream others", () => {
  const told = vi.spyOn(console, "info").mockImplementation(() => {});
  const environment = { propertySeed: 7, faultRunSeconds: undefined };
  const runs = [1, 2].map(() => {
    const { draw } = newFaultSchedule("a run", { seconds: 20 }, environment);
    return [draw(fc.nat(), 50), draw(fc.nat(), 50)];
  });
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[0]?.[0]).not.toEqual(runs[0]?.[1]);
  expect(told).toHaveBeenCalledWith(`fault run "a run": seed 7, 20 s`);
});

test("the environment may make it longer", () => {
  vi.spyOn(console, "info").mockImplementation(() => {});
  const environment = { propertySeed: undefined, faultRunSeconds: 600 };
  expect(newFaultSchedule("a run", { seconds: 20 }, environment).seconds).toBe(600);
});
