import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readOperatorFile } from "@roombridge/service";
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

test("what of the operator's file is for hosts is taken over, with the demo command added", () => {
  const mine = {
    commands: { arena: { argv: ["/opt/arena"], cwd: "games" }, image: { image: "ghcr.io/me/arena" } },
    docker: { registries: { "ghcr.io": { username: "me", passwordFile: "secrets/ghcr" } } },
    tokens: [{ name: "ci", scopes: "admin", sha256: "a".repeat(64) }],
  };
  const { directory, commands, docker, ...rest } = written(mine);
  expect(commands.arena).toEqual({ argv: ["/opt/arena"], cwd: join(directory, "games") });
  expect(commands.image).toMatchObject({ image: "ghcr.io/me/arena" });
  expect(commands["echo-room"]).toBeDefined();
  expect(docker.registries["ghcr.io"].passwordFile).toBe(join(directory, "secrets/ghcr"));
  expect(rest).toEqual({});
});

test("the operator's own echo-room wins", () => {
  const mine = { commands: { "echo-room": { argv: ["/opt/echo"], cwd: "/" } } };
  expect(written(mine).commands).toEqual(mine.commands);
});

function written(operator: unknown) {
  const directory = temporaryDirectory();
  const mine = join(directory, "mine.json");
  writeFileSync(mine, JSON.stringify(operator));
  return { directory, ...JSON.parse(readFileSync(writeHostConfig(directory, readOperatorFile(mine)), "utf8")) };
}
