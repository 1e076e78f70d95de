import { describe, expect, test } from "vitest";
import { sourceOf, SourceLimit } from "./source-limit.ts";

const SETTINGS = { perSecond: 2, burst: 3, totalPerSecond: 1_000_000 };

/** How many of so many at once are answered. */
function answered(limit: SourceLimit, count: number, at: number, address = "192.0.2.1"): number {
  return Array.from({ length: count }, () => limit.take(address, at)).filter(Boolean).length;
}

describe("a source", () => {
  test("is answered a burst at once, and so many a second from then on", () => {
    const limit = new SourceLimit(SETTINGS);
    const start = performance.now();
    expect(answered(limit, 10, start)).toBe(3);
    expect(answered(limit, 10, start + 400)).toBe(0);
    expect(answered(limit, 10, start + 1_000)).toBe(2);
    expect(answered(limit, 10, start + 3_600_000)).toBe(3);
  });

  test("does not suffer from another one", () => {
    const limit = new SourceLimit(SETTINGS);
    const start = performance.now();
    expect(answered(limit, 10, start)).toBe(3);
    expect(answered(limit, 10, start, "192.0.2.2")).toBe(3);
    expect(answered(limit, 10, start, "2001:db8:0:1::1")).toBe(3);
    expect(answered(limit, 10, start, "2001:db8:0:1:ffff::2")).toBe(0);
    expect(answered(limit, 10, start, "2001:db8:0:2::1")).toBe(3);
  });

  test("gains nothing from a clock that goes back", () => {
    const limit = new SourceLimit(SETTINGS);
    const start = performance.now();
    expect(answered(limit, 10, start)).toBe(3);
    expect(answered(limit, 10, start - 10_000)).toBe(0);
  });
});

test("all sources together have a limit, and what is known of them has one too", () => {
  const limit = new SourceLimit({ ...SETTINGS, totalPerSecond: 20_000 });
  const start = performance.now();
  let count = 0;
  for (let n = 0; n < 50_000; n += 1) count += answered(limit, 1, start, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  expect(count).toBe(20_000);
  expect(limit.size).toBe(10_000);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:1::", "2001:db8:0:1::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["", ""],
])("%s is of the source %s", (address, source) => {
  expect(sourceOf(address)).toBe(source);
});
