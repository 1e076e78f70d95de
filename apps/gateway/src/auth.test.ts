import { expect, test } from "vitest";
import { readToken } from "./auth.ts";

test.each([
  [undefined, undefined],
  ["", ""],
  ["Bearer", ""],
  ["Bearer ", ""],
  ["Bearer abc", "abc"],
  ["bearer abc", "abc"],
  ["BEARER \t abc ", "abc"],
  ["abc", "abc"],
  ["bearerabc", "bearerabc"],
  ["Bearer Bearer abc", "Bearer abc"],
])("Authorization %j holds the token %j", (authorization, token) => {
  expect(readToken(authorization)).toBe(token);
});
