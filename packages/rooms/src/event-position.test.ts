import { describe, expect, test } from "vitest";
import { comparePositions, parsePosition, printPosition } from "./event-position.ts";

test.each([
  ["0.0", { xid: 0n, id: 0 }],
  ["755.12", { xid: 755n, id: 12 }],
  ["18446744073709551615.999999999999999", { xid: 18_446_744_073_709_551_615n, id: 999_999_999_999_999 }],
])("%s is read and printed", (text, position) => {
  expect(parsePosition(text)).toEqual(position);
  expect(printPosition(position)).toBe(text);
});

test.each([
  "",
  "1",
  "1.",
  ".1",
  "1.2.3",
  "-1.2",
  "1.-2",
  "1.2 ",
  "a.b",
  "18446744073709551616.1",
  "1.1000000000000000",
])("%j is none", (text) => {
  expect(parsePosition(text)).toBeUndefined();
});

describe("order", () => {
  test.each([
    [{ xid: 1n, id: 9 }, { xid: 2n, id: 1 }, -1],
    [{ xid: 2n, id: 1 }, { xid: 2n, id: 3 }, -1],
    [{ xid: 2n, id: 3 }, { xid: 2n, id: 3 }, 0],
    [{ xid: 9_007_199_254_740_993n, id: 0 }, { xid: 9_007_199_254_740_992n, id: 5 }, 1],
  ])("%o and %o", (a, b, sign) => {
    expect(Math.sign(comparePositions(a, b))).toBe(sign);
    expect(Math.sign(comparePositions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });
});
