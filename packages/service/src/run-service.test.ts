import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startApp } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";

const path = "packages/service/test/app.ts";
const trial = (env: Record<string, string> = {}) =>
  startApp({ path, env: { LOG_FORMAT: "json", ...env }, readyPattern: /"port":4711.*"trial ready"/ });

describe("runService", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("drains on %s and exits with 0", async (signal) => {
    const app = await trial();
    process.kill(app.pid, signal);
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(app.output()).toMatch(/trial draining[^]*work is being finished[^]*trial stopped/);
  });

  test("a second signal ends it at once with 1", async () => {
    const app = await trial({ BEHAVIOUR: "slow" });
    process.kill(app.pid, "SIGTERM");
    await app.line(/work is being finished/);
    process.kill(app.pid, "SIGTERM");
    expect(await app.exited).toEqual({ code: 1, signal: null });
  });

  test("an app that cannot go on is drained with its reason", async () => {
    const app = await trial({ BEHAVIOUR: "give-up" });
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(app.output()).toContain("nothing left to do");
  });

  test("an unforeseen rejection is logged and ends it with 1", async () => {
    const app = await trial({ BEHAVIOUR: "crash" });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.output()).toMatch(/unhandled rejection|unforeseen/);
  });

  test("a start that fails says why and ends it with 1", async () => {
    await expect(trial({ BEHAVIOUR: "fail" })).rejects.toThrow(/exit code 1[^]*the port is taken/);
  });

  test("every problem of the environment is printed at once, without the values", async () => {
    const start = trial({ NUMBER: "secret-10", LOG_LEVEL: "loud" });
    await expect(start).rejects.toThrow(/NUMBER: expected a whole number from 1 to 9/);
    await expect(start).rejects.toThrow(/LOG_LEVEL: expected one of/);
    await expect(start).rejects.not.toThrow(/secret-10/);
  });
});

describe("under a supervisor", () => {
  function supervised(env: Record<string, string> = {}): ChildProcess {
    const child = fork(join(import.meta.dirname, "..", "test", "app.ts"), {
      env: { ROOMBRIDGE_SUPERVISED: "1", LOG_FORMAT: "json", ...env },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  test("it says by message that it is ready, and where", async () => {
    const [message] = await once(supervised(), "message");
    expect(message).toEqual({ type: "ready", port: 4711 });
  });

  test("it drains when the supervisor is gone", async () => {
    const child = supervised();
    await once(child, "message");
    child.disconnect();
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("it leaves Ctrl-C to the supervisor", async () => {
    const child = supervised();
    await once(child, "message");
    child.kill("SIGINT");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
