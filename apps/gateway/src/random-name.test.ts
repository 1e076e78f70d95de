import { expect, test } from "vitest";
import { randomName } from "./random-name.ts";

test("a made-up name is three words, and hardly ever the same", () => {
  const names = Array.from({ length: 1_000 }, randomName);
  for (const name of names) expect(name).toMatch(/^[a-z]{2,}-[a-z]{2,}-[a-z]{2,}$/);
  expect(new Set(names).size).toBeGreaterThan(980);
});
