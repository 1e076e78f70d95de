import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

describe("a rate limit", () => {
  test("lets a burst through, and so many a second from then on", () => {
    const limit = new RateLimit({ perSecond: 10, burst: 3 });
    expect([0, 0, 0].map((now) => limit.take("a", now))).toEqual([undefined, undefined, undefined]);
    expect(limit.take("a", 0)).toBeCloseTo(0.1);
    expect(limit.take("a", 50)).toBeCloseTo(0.05);
    expect(limit.take("a", 100)).toBeUndefined();
    expect(limit.take("a", 100)).toBeCloseTo(0.1);
  });

  test("counts each key by itself", () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 });
    expect([limit.take("a", 0), limit.take("b", 0)]).toEqual([undefined, undefined]);
    expect(limit.take("a", 0)).toBeDefined();
  });

  test("can be looked at without being counted", () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 });
    expect([limit.look("a", 0), limit.has("a"), limit.size]).toEqual([undefined, false, 0]);
    limit.take("a", 0);
    expect(limit.look("a", 0)).toBeCloseTo(1);
    expect(limit.look("a", 1_000)).toBeUndefined();
    expect(limit.take("a", 1_000)).toBeUndefined();
  });

  test("forgets whoever has not come for long, and keeps a bounded number in any case", () => {
    const limit = new RateLimit({ perSecond: 1, burst: 10 });
    limit.take("a", 0);
    for (const now of [20_000, 40_000]) limit.take(`other-${now}`, now);
    expect(limit.has("a")).toBe(false);
    for (let n = 0; n < 250_000; n += 1) limit.take(`flood-${n}`, 40_001);
    expect(limit.size).toBeLessThanOrEqual(100_000);
  });

  test("lets nobody through more often than a bucket that is never forgotten", () => {
    const step = fc.record({ key: fc.constantFrom("a", "b", "c"), pauseMs: fc.integer({ min: 0, max: 2_000 }) });
    const settings = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 200 }), ({ perSecond, burst }, steps) => {
        const limit = new RateLimit({ perSecond, burst });
        const model = new Map<string, { tokens: number; at: number }>();
        let now = 0;
        for (const { key, pauseMs } of steps) {
          now += pauseMs;
          const bucket = model.get(key) ?? { tokens: burst, at: now };
          const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1_000);
          // Not at the very edge, where the order of the additions decides.
          fc.pre(Math.abs(tokens - 1) > 1e-6 || tokens === burst);
          model.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
          expect(limit.take(key, now) === undefined).toBe(tokens >= 1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
