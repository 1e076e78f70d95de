import { expect, test } from "vitest";
import { toProcessExit } from "./exit-code.ts";

test.each([
  [0, { code: 0 }],
  [127, { code: 127 }],
  [137, { signal: "SIGKILL" }],
  [255, { code: 255 }],
  [undefined, {}],
])("the shell's exit code %s is read", (code, exit) => {
  expect(toProcessExit(code)).toEqual(exit);
});
