import { expect, test } from "vitest";
import { retryAfterSeconds } from "./retry-after.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

test.each([
  [429, "120", 120],
  [503, " 0 ", 0],
  [503, "Sat, 21 Nov 2026 12:01:30 GMT", 90],
  [503, "Saturday, 21-Nov-26 12:01:30 GMT", 90],
  [503, "Sat Nov 21 12:01:30 2026 GMT", 90],
  [429, "Sat, 21 Nov 2026 11:00:00 GMT", 0],
  [429, "86400", 3_600],
  [429, "999999999999999", 3_600],
  [429, "Sun, 21 Nov 2027 12:00:00 GMT", 3_600],
])("%d with Retry-After: %s leaves the receiver alone for %d s", (status, header, seconds) => {
  expect(retryAfterSeconds(status, header, NOW)).toBe(seconds);
});

test.each([
  [429, undefined],
  [429, ""],
  [429, "-1"],
  [429, "1.5"],
  [429, "soon"],
  [503, "Sat, 99 Foo 2026 12:01:30 GMT"],
  [500, "120"],
  [200, "120"],
])("%d with Retry-After: %s says nothing", (status, header) => {
  expect(retryAfterSeconds(status, header, NOW)).toBeNull();
});
