import { expect, test } from "vitest";
import { isAtLeast, parseCoturnVersion } from "./coturn-version.ts";

test.each([
  ["4.6.1\n", { major: 4, minor: 6, patch: 1 }],
  ["Coturn-4.17.1 'Gorst'", { major: 4, minor: 17, patch: 1 }],
  ["usage: turnserver", undefined],
  ["", undefined],
])("%j tells the version %j", (output, version) => {
  expect(parseCoturnVersion(output)).toEqual(version);
});

test.each([
  ["4.6.1", "4.6.0", true],
  ["4.6.0", "4.6.0", true],
  ["4.5.9", "4.6.0", false],
  ["4.10.0", "4.9.0", true],
  ["4.9.9", "4.10.0", false],
  ["5.0.0", "4.17.1", true],
])("%s is at least %s: %s", (version, wanted, answer) => {
  const parsed = [version, wanted].map(parseCoturnVersion);
  const zero = { major: 0, minor: 0, patch: 0 };
  expect(isAtLeast(parsed[0] ?? zero, parsed[1] ?? zero)).toBe(answer);
});
