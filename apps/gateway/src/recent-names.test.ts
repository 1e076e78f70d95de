import { expect, test } from "vitest";
import { RecentNames } from "./recent-names.ts";

test("the names that were added last are known, and those before are forgotten", () => {
  const names = new RecentNames(100);
  for (let n = 0; n < 1_000; n += 1) {
    names.add(`n${n}`);
    names.add("often");
  }
  for (let n = 960; n < 1_000; n += 1) expect(names.has(`n${n}`)).toBe(true);
  expect(names.has("n800")).toBe(false);
  expect(names.has("often")).toBe(true);
});
