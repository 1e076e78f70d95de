import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { startApp } from "./start-app.ts";
import { waitFor } from "./wait-for.ts";

const path = "packages/testing/test/app.ts";
const readyPattern = /^ready port=(\d+)/;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("an app is ready with the whole line that says so, in an environment of little more than what is given", async () => {
  const app = await startApp({ path, env: { GREETING: "hello" }, readyPattern });
  expect(app.ready[1]).toBe("12345");
  expect(app.output()).toMatch(/^environment GREETING NODE_COMPILE_CACHE PATH$/m);
  expect(await app.stop()).toEqual({ code: 7, signal: null });
  expect(await app.exited).toEqual({ code: 7, signal: null });
  expect(app.output()).toContain("stopping");
  expect(await app.stop()).toEqual({ code: 7, signal: null });
});

test("an app that ends before it is ready fails the start with its output", async () => {
  const start = startApp({ path, args: ["fail"], env: {}, readyPattern });
  await expect(start).rejects.toThrow(
    /test\/app\.ts ended \(exit code 1\) before a line matched [\s\S]*the port is taken/,
  );
});

test("an app that is never ready fails the start at the deadline", async () => {
  const start = startApp({ path, args: ["silent"], env: {}, readyPattern, timeoutMs: 1_500 });
  await expect(start).rejects.toThrow(/was given 1500 ms, which passed before a line matched/);
});

test("a path that does not exist fails the start with Node's message", async () => {
  const start = startApp({ path: "apps/no-such-app/src/main.ts", env: {}, readyPattern });
  await expect(start).rejects.toThrow(/Cannot find module/);
});

test("a line is waited for, and not beyond the end of the app", async () => {
  const app = await startApp({ path, env: {}, readyPattern });
  const stopping = app.line(/^stopping$/, 30_000);
  const never = app.line(/^never$/, 30_000).catch((error: unknown) => error);
  await app.stop();
  expect((await stopping)[0]).toBe("stopping");
  expect(String(await never)).toMatch(/ended \(exit code 7\) before a line matched \/\^never\$\//);
});

test("kill leaves the app no time to say goodbye", async () => {
  const app = await startApp({ path, env: {}, readyPattern });
  expect(await app.kill()).toEqual({ code: null, signal: "SIGKILL" });
  expect(app.output()).not.toContain("stopping");
});

test("a killed test process takes its app and the app's children with it", async () => {
  const script = join(import.meta.dirname, "..", "test", "start-app-and-wait.ts");
  const starter = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(starter.stdout), "line");
  const pids = String(line).split(" ").slice(1).map(Number);
  expect(pids).toHaveLength(2);
  expect(pids.every(isAlive)).toBe(true);

  starter.kill("SIGKILL");
  await waitFor(() => !pids.some(isAlive), { what: "the app and its child to be gone", timeoutMs: 20_000 });
});
