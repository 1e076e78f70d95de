import { expect, test } from "vitest";
import { checkControl, drawControlSecret, signControl } from "./control-token.ts";

const NOW_MS = 1_795_000_000_000;
const SECRET = drawControlSecret();
const TARGET = "GET /v1/processes/p/log?tailLines=5";
const token = signControl(SECRET, TARGET, NOW_MS);

test("every host draws another secret, which is not in its tokens", () => {
  expect(drawControlSecret()).not.toBe(SECRET);
  expect(SECRET).toMatch(/^[\w-]{43}$/);
  expect(token).not.toContain(SECRET);
});

test.each([
  ["at once", 0, true],
  ["two minutes later", 120_000, true],
  ["later than that", 120_001, false],
  ["by a clock that is two minutes behind", -120_000, true],
  ["by one that is further behind", -120_001, false],
])("a token is good %s: %d ms", (_, laterMs, isGood) => {
  expect(checkControl(SECRET, { target: TARGET, token }, NOW_MS + laterMs)).toBe(isGood);
});

test.each([
  ["another secret", drawControlSecret(), TARGET, token],
  ["another target", SECRET, TARGET.replace("5", "6"), token],
  ["a later time than was signed", SECRET, TARGET, `${(NOW_MS + 1).toString(36)}.${token.split(".")[1]}`],
  ["no signature", SECRET, TARGET, `${NOW_MS.toString(36)}.`],
  ["no time", SECRET, TARGET, `.${token.split(".")[1]}`],
  ["a longer signature", SECRET, TARGET, `${token}A`],
  ["nothing", SECRET, TARGET, ""],
])("a token is refused for %s", (_, secret, target, given) => {
  expect(checkControl(secret, { target, token: given }, NOW_MS)).toBe(false);
});
