import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "./backoff.ts";

describe("the pause before the next connection", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());

  const pauses = (failures: number) => {
    const backoff = new Backoff();
    return Array.from({ length: failures }, () => {
      backoff.failed();
      return backoff.pauseMs;
    });
  };

  it("doubles from 50 ms to 5 s, and is between half of that and all of it", () => {
    for (let run = 0; run < 100; run += 1) {
      for (const [index, pause] of pauses(12).entries()) {
        const longest = Math.min(50 * 2 ** index, 5_000);
        expect(pause).toBeGreaterThanOrEqual(longest / 2);
        expect(pause).toBeLessThanOrEqual(longest);
      }
    }
  });

  it("is not the same for two clients", () => {
    expect(new Set(Array.from({ length: 20 }, () => pauses(10).at(-1))).size).toBeGreaterThan(10);
  });

  it("passes", () => {
    const backoff = new Backoff();
    expect(backoff.pauseMs).toBe(0);
    backoff.failed();
    vi.advanceTimersByTime(50);
    expect(backoff.pauseMs).toBe(0);
  });

  it("begins anew after an answer, if that came over a younger connection than the failure", () => {
    const backoff = new Backoff();
    const old = performance.now();
    for (let failure = 0; failure < 6; failure += 1) backoff.failed();
    backoff.answered(old);
    backoff.failed();
    expect(backoff.pauseMs).toBeGreaterThan(1_000);
    vi.advanceTimersByTime(10_000);
    backoff.answered(performance.now());
    backoff.failed();
    expect(backoff.pauseMs).toBeLessThanOrEqual(50);
  });
});
