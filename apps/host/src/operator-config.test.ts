import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readCommands } from "./operator-config.ts";

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
  };
  const { path, directory } = await file(JSON.stringify({ commands, applications: [] }));
  expect(Object.fromEntries(await readCommands(path))).toEqual({
    here: { argv: ["./game", "{port}"], cwd: directory },
    there: { argv: ["game"], cwd: join(directory, "sub") },
    root: { argv: ["x"], cwd: "/" },
  });
});

test("a file without commands has none", async () => {
  expect((await readCommands((await file("{}")).path)).size).toBe(0);
});

test.each([
  ["no JSON", "{", "cannot be read as JSON"],
  ["an empty argv", '{"commands":{"a":{"argv":[]}}}', "commands.a.argv"],
  ["a misspelt key", '{"commands":{"a":{"argv":["x"],"dir":"y"}}}', "dir"],
])("%s is told with the name of the file", async (_what, text, message) => {
  const { path } = await file(text);
  await expect(readCommands(path)).rejects.toThrow(path);
  await expect(readCommands(path)).rejects.toThrow(message);
});
