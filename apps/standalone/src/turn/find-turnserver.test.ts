import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findTurnserver, turnserverVersion } from "./find-turnserver.ts";

const folder = mkdtempSync(join(tmpdir(), "find-turnserver-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("findTurnserver", () => {
  test("is the first one in PATH that can be run", () => {
    const [notExecutable, directory, first, second] = ["a", "b", "c", "d"].map((name) => join(folder, name));
    for (const path of [notExecutable, directory, first, second]) mkdirSync(path ?? "");
    writeFileSync(join(notExecutable ?? "", "turnserver"), "", { mode: 0o644 });
    mkdirSync(join(directory ?? "", "turnserver"));
    script(join(first ?? "", "turnserver"), "exit 0");
    script(join(second ?? "", "turnserver"), "exit 0");
    const path = ["/does/not/exist", notExecutable, directory, first, second].join(delimiter);
    expect(findTurnserver(path)).toBe(join(first ?? "", "turnserver"));
  });

  test.each(["", ".", "relative/path", "/does/not/exist"])("there is none in PATH=%j", (path) => {
    expect(findTurnserver(path)).toBeUndefined();
  });
});

describe("turnserverVersion", () => {
  test("is what the binary says", async () => {
    expect(await turnserverVersion(script(join(folder, "new"), "echo 4.6.1"))).toEqual({
      major: 4,
      minor: 6,
      patch: 1,
    });
  });

  test.each([
    ["too old", "echo 4.5.2", "is 4.5.2; coturn 4.6.0 or newer is needed"],
    ["not coturn", "echo hello", "is hello; coturn 4.6.0 or newer is needed"],
    ["silent", "exit 0", "is of unknown version"],
    ["one that takes the option for a mistake", "exit 1", "does not tell its version"],
  ])("a binary that is %s is refused", async (name, body, message) => {
    await expect(turnserverVersion(script(join(folder, name), body))).rejects.toThrow(message);
  });

  test("the binary does not get our environment", async () => {
    const binary = script(join(folder, "env"), 'test -z "$HOME" && echo 4.6.1');
    expect(await turnserverVersion(binary)).toEqual({ major: 4, minor: 6, patch: 1 });
  });
});

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
