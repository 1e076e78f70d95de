import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { writeHostConfig } from "./host-config.ts";

test("without an operator's file the host may run the echo-room of this repository", () => {
  const file = writeHostConfig(temporaryDirectory(), undefined);
  const { commands } = JSON.parse(readFileSync(file, "utf8"));
  expect(Object.keys(commands)).toEqual(["echo-room"]);
  expect(commands["echo-room"].argv[0]).toBe(process.execPath);
  expect(existsSync(commands["echo-room"].argv[1])).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("the operator's file is taken over as it is, with the demo command added", () => {
  const mine = { commands: { arena: { argv: ["/opt/arena"], cwd: "/opt" } }, later: [1] };
  const { commands, later } = written(mine);
  expect(commands.arena).toEqual(mine.commands.arena);
  expect(commands["echo-room"]).toBeDefined();
  expect(later).toEqual([1]);
});

test("the operator's own echo-room wins", () => {
  const mine = { commands: { "echo-room": { argv: ["/opt/echo"], cwd: "/" } } };
  expect(written(mine).commands).toEqual(mine.commands);
});

test("a relative directory, or none, still means the operator's file", () => {
  const path = temporaryDirectory();
  const operator = { commands: { a: { argv: ["./a"], cwd: "games" }, b: { argv: ["./b"] } } };
  writeFileSync(join(path, "mine.json"), JSON.stringify(operator));
  const file = writeHostConfig(temporaryDirectory(), join(path, "mine.json"));
  expect(JSON.parse(readFileSync(file, "utf8")).commands).toMatchObject({
    a: { cwd: join(path, "games") },
    b: { cwd: path },
  });
});

test("images stay as they are, and a relative password file still means the operator's file", () => {
  const path = temporaryDirectory();
  const registries = { "ghcr.io": { username: "me", passwordFile: "secrets/ghcr" } };
  const operator = { commands: { arena: { image: "ghcr.io/me/arena" } }, docker: { registries } };
  writeFileSync(join(path, "mine.json"), JSON.stringify(operator));
  const written = JSON.parse(readFileSync(writeHostConfig(temporaryDirectory(), join(path, "mine.json")), "utf8"));
  expect(written.commands.arena).toEqual(operator.commands.arena);
  expect(written.docker.registries["ghcr.io"].passwordFile).toBe(join(path, "secrets/ghcr"));
});

test.each(["", "[1]", '{"commands": 1}', '{"commands": {"a": 1}}'])(
  "an operator's file that is no such object (%s) is named in the error",
  (text) => {
    const path = temporaryDirectory();
    writeFileSync(join(path, "mine.json"), text);
    expect(() => writeHostConfig(path, join(path, "mine.json"))).toThrow(/^ROOMBRIDGE_CONFIG: .*mine\.json/);
  },
);

test("a missing operator's file is named in the error", () => {
  expect(() => writeHostConfig(temporaryDirectory(), "/nowhere/mine.json")).toThrow(
    /ROOMBRIDGE_CONFIG: ENOENT.*mine\.json/,
  );
});

function written(operator: unknown) {
  const path = temporaryDirectory();
  writeFileSync(join(path, "mine.json"), JSON.stringify(operator));
  return JSON.parse(readFileSync(writeHostConfig(path, join(path, "mine.json")), "utf8"));
}
