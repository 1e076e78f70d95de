import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EMPTY_CONFIG, readOperatorConfig } from "./operator-config.ts";

async function file(text: string) {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-config-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "roombridge.json");
  await writeFile(path, text);
  return { path, directory };
}

test("commands run in their own directory, else in that of the file; other keys are for others", async () => {
  const commands = {
    here: { argv: ["./game", "{port}"] },
    there: { argv: ["game"], cwd: "sub" },
    root: { argv: ["x"], cwd: "/" },
    container: { image: "game:1" },
  };
  const { path, directory } = await file(JSON.stringify({ commands, applications: [] }));
  expect(Object.fromEntries(readOperatorConfig(path).commands)).toEqual({
    here: { argv: ["./game", "{port}"], cwd: directory },
    there: { argv: ["game"], cwd: join(directory, "sub") },
    root: { argv: ["x"], cwd: "/" },
  });
});

test("images have defaults, and the files of passwords are taken from the directory of the file", async () => {
  const commands = {
    plain: { image: "game:1" },
    full: {
      image: "ghcr.io/me/game@sha256:0",
      command: ["server", "{port}"],
      pull: "always",
      readOnly: true,
      pidsLimit: 50,
    },
    program: { argv: ["x"] },
  };
  const registries = { "ghcr.io": { username: "me", passwordFile: "secrets/ghcr" } };
  const { path, directory } = await file(JSON.stringify({ commands, docker: { probeImage: "busybox", registries } }));
  const { images, docker } = readOperatorConfig(path);
  expect(Object.fromEntries(images)).toEqual({
    plain: { image: "game:1", pull: "missing", readOnly: false, pidsLimit: 1_024 },
    full: commands.full,
  });
  expect(docker).toEqual({
    images: [],
    probeImage: "busybox",
    registries: { "ghcr.io": { username: "me", passwordFile: join(directory, "secrets/ghcr") } },
  });
});

test("a file without commands has none", async () => {
  expect(readOperatorConfig((await file("{}")).path)).toEqual(EMPTY_CONFIG);
});

test.each([
  ["no JSON", "{", "cannot be read as JSON"],
  ["an empty argv", '{"commands":{"a":{"argv":[]}}}', "commands.a.argv"],
  ["a misspelt key", '{"commands":{"a":{"argv":["x"],"dir":"y"}}}', "dir"],
  ["a program with an image", '{"commands":{"a":{"argv":["x"],"image":"y"}}}', 'commands.a: Unrecognized key: "image"'],
  ["a bad choice", '{"commands":{"a":{"image":"x","pull":"often"}}}', "commands.a.pull"],
  [
    "a password in the file itself",
    '{"docker":{"registries":{"x":{"username":"u","password":"p"}}}}',
    "docker.registries.x",
  ],
])("%s is told with the name of the file", async (_what, text, message) => {
  const { path } = await file(text);
  expect(() => readOperatorConfig(path)).toThrow(path);
  expect(() => readOperatorConfig(path)).toThrow(message);
});
