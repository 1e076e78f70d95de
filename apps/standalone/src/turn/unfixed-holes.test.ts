import { expect, test } from "vitest";
import { unfixedHoles } from "./unfixed-holes.ts";

test.each([
  ["Debian 12's on x64", [4, 6, 1], "x64", 4],
  ["Debian 12's on arm64", [4, 6, 1], "arm64", 5],
  ["4.6.3", [4, 6, 3], "x64", 5],
  ["4.8", [4, 8, 0], "x64", 4],
  ["4.10", [4, 10, 0], "arm64", 4],
  ["4.15", [4, 15, 0], "x64", 2],
  ["4.16", [4, 16, 0], "arm64", 1],
  ["the newest", [4, 17, 1], "arm64", 0],
] as const)("%s has %j %s %d", (_, [major, minor, patch], arch, count) => {
  expect(unfixedHoles({ major, minor, patch }, arch)).toHaveLength(count);
});
