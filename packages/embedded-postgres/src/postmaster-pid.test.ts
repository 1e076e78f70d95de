import { expect, test } from "vitest";
import { parsePostmasterPid } from "./postmaster-pid.ts";

const READY = "8226\n/data\n1795254876\n40963\n\n127.0.0.1\n  1048640         7\nready   \n";

test("pid, port and status of a server that is ready", () => {
  expect(parsePostmasterPid(READY)).toEqual({ pid: 8226, port: 40_963, status: "ready" });
});

test("a server that has not told its status yet has none", () => {
  expect(parsePostmasterPid(READY.split("\n").slice(0, 5).join("\n"))).toEqual({ pid: 8226, port: 40_963, status: "" });
});

test.each([
  ["an empty file", ""],
  ["a file of which only the pid is written", "8226\n"],
  ["a pid that would signal everybody", READY.replace("8226", "-1")],
  ["a pid that is no number", READY.replace("8226", "x")],
])("%s tells nothing", (_, text) => {
  expect(parsePostmasterPid(text)).toBeUndefined();
});
