import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startApp, type App } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { openDataDirectory } from "./data-directory.ts";

test("a missing data directory is made for its owner alone", () => {
  const path = join(temporaryDirectory(), "a", "b");
  openDataDirectory(path).release();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a second start on the same directory is refused with the pid and the gateway of the first", async () => {
  const path = temporaryDirectory();
  const first = await hold(path);
  expect(() => openDataDirectory(path)).toThrow(
    new RegExp(
      `already \\(pid ${first.pid}, gateway http://127\\.0\\.0\\.1:1234\\)\\. Stop it with: kill ${first.pid}`,
    ),
  );
});

test("the directory of a start that was killed is taken over, and known to be such a one", async () => {
  const path = temporaryDirectory();
  const first = await hold(path);
  await first.kill();
  const second = openDataDirectory(path);
  expect(second.wasKilled).toBe(true);
  second.release();
  const third = openDataDirectory(path);
  expect(third.wasKilled).toBe(false);
  third.release();
});

test("a killed start whose pid belongs to somebody else by now does not hold the directory", () => {
  const path = temporaryDirectory();
  writeFileSync(join(path, "start.json"), JSON.stringify({ pid: process.pid, gateway: "http://127.0.0.1:1234" }));
  const directory = openDataDirectory(path);
  expect(directory.wasKilled).toBe(true);
  directory.release();
});

async function hold(path: string): Promise<App> {
  const app = await startApp({
    path: "apps/standalone/test/hold-data-directory.ts",
    args: [path],
    env: {},
    readyPattern: /^held$/,
  });
  onTestFinished(async () => void (await app.kill()));
  return app;
}
