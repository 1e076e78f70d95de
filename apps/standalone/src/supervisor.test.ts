import { join } from "node:path";
import { createLog, NODE_FLAGS } from "@roombridge/service";
import { waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { nodePart, type RunningApp } from "./node-part.ts";
import { type Part, Supervisor } from "./supervisor.ts";

const MAIN = join(import.meta.dirname, "..", "test", "sample-part.ts");
const log = createLog({ name: "test", level: "silent", format: "json" });

interface Sample {
  readonly part: Part<RunningApp>;
  readonly lines: string[];
  readonly starts: RunningApp[];
}

describe("start", () => {
  test("resolves when the part says that it is ready, with its port", async () => {
    const running = await supervisor().start(sample("a").part);
    expect(running.port).toBeGreaterThan(0);
    expect(isAlive(running.pid)).toBe(true);
  });

  test("a part is started with the flags that its image has", async () => {
    const { part, lines } = sample("a", { MODE: "flags" });
    await supervisor().start(part);
    await waitFor(() => lines.includes(`stdout: ${NODE_FLAGS.join(" ")}`), { what: "the flags" });
  });

  test("a part that ends before it is ready is an error, its lines are handed on, and it is not repeated", async () => {
    const { part, lines, starts } = sample("a", { MODE: "crash" });
    await expect(supervisor().start(part)).rejects.toThrow("a ended before it was ready (exit code 7)");
    expect(lines).toEqual(["stderr: no way"]);
    expect(starts).toHaveLength(0);
  });

  test("a part that never becomes ready is ended", async () => {
    const { part, lines } = sample("a", { MODE: "silent" }, 4_000);
    await expect(supervisor().start(part)).rejects.toThrow("a was not ready after 4 s");
    expect(lines).toContain("stdout: SIGTERM");
  });

  test("nothing is started once the stop has begun", async () => {
    const parts = supervisor();
    await parts.stop([]);
    await expect(parts.start(sample("a").part)).rejects.toThrow("everything is being stopped");
  });
});

describe("a part that dies", () => {
  test("is started again, on the port that it had", async () => {
    const { part, starts } = sample("a");
    const first = await supervisor().start(part);
    process.kill(first.pid, "SIGKILL");
    const second = await waitFor(() => starts[1], { what: "the second start" });
    expect(second.pid).not.toBe(first.pid);
    expect(second.port).toBe(first.port);
  });

  test("waits twice as long after every failure, up to the longest pause", async () => {
    const { part, lines } = sample("a", { MODE: "crash-later", FLAG: join(temporaryDirectory(), "flag") });
    const attempts: number[] = [];
    const counted: Part<RunningApp> = {
      ...part,
      start: (signal) => {
        attempts.push(performance.now());
        return part.start(signal);
      },
    };
    const first = await supervisor({ firstPauseMs: 200, longestPauseMs: 600, healthyMs: 60_000 }).start(counted);
    expect(lines).toContain("stdout: started");
    process.kill(first.pid, "SIGKILL");
    await waitFor(() => attempts.length >= 5, { what: "four attempts", timeoutMs: 20_000 });
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    // Each attempt takes its time as well, so only the lower ends are sure.
    expect(pauses[0]).toBeGreaterThanOrEqual(199);
    expect(pauses[1]).toBeGreaterThanOrEqual(399);
    expect(pauses[2]).toBeGreaterThanOrEqual(599);
    expect(pauses[3]).toBeGreaterThanOrEqual(599);
  });

  test("begins again with the first pause when it has been healthy", async () => {
    const { part, starts } = sample("a");
    await supervisor({ firstPauseMs: 50, longestPauseMs: 60_000, healthyMs: 0 }).start(part);
    // Without the reset the pauses would add up to 50 * 2 ** 11 ms.
    for (let died = 0; died < 11; died++) {
      const running = await waitFor(() => starts[died], { what: `start ${died}`, timeoutMs: 20_000 });
      process.kill(running.pid, "SIGKILL");
    }
    await waitFor(() => starts[11], { what: "the last start", timeoutMs: 20_000 });
  }, 60_000);
});

describe("stop", () => {
  test("asks the parts step by step, and waits for each step", async () => {
    const order: string[] = [];
    const parts = supervisor();
    const starts = await Promise.all(
      ["first", "second"].map(async (name) => {
        const running = await parts.start(sample(name).part);
        void running.exited.then((how) => order.push(`${name} ${how}`));
        return running;
      }),
    );
    const steps = ["first", "second", "never started"].map((name) => ({ parts: [name], deadlineMs: 20_000 }));
    expect(await parts.stop(steps)).toBe(true);
    expect(order).toEqual(["first exit code 0", "second exit code 0"]);
    expect(starts.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
  });

  test("a part that is not gone at its deadline is killed, and the others still stop in order", async () => {
    const parts = supervisor();
    const stubborn = await parts.start(sample("stubborn", { MODE: "stubborn" }).part);
    const polite = await parts.start(sample("polite").part);
    const isClean = await parts.stop([
      { parts: ["stubborn"], deadlineMs: 300 },
      { parts: ["polite"], deadlineMs: 20_000 },
    ]);
    expect(isClean).toBe(false);
    expect(await stubborn.exited).toBe("SIGKILL");
    expect(await polite.exited).toBe("exit code 0");
  });

  test("a part that is still starting is ended too", async () => {
    const parts = supervisor();
    const { part, lines } = sample("a", { MODE: "silent" });
    const refusal = parts.start(part).catch(String);
    await waitFor(() => lines.includes("stdout: started"), { what: "the process" });
    expect(await parts.stop([{ parts: ["a"], deadlineMs: 20_000 }])).toBe(true);
    expect(await refusal).toContain("a was stopped before it was ready");
  });

  test("a part that waits to be started again stays down", async () => {
    const parts = supervisor({ firstPauseMs: 60_000, longestPauseMs: 60_000, healthyMs: 60_000 });
    const { part, starts } = sample("a");
    const running = await parts.start(part);
    process.kill(running.pid, "SIGKILL");
    await running.exited;
    expect(await parts.stop([{ parts: ["a"], deadlineMs: 20_000 }])).toBe(true);
    expect(starts).toHaveLength(1);
  });
});

describe("a part that cleans up", () => {
  test("is started once more when it is down at the stop, and then stopped", async () => {
    const parts = supervisor({ firstPauseMs: 60_000, longestPauseMs: 60_000, healthyMs: 60_000 });
    const { part, starts, lines } = sample("a");
    const running = await parts.start({ ...part, cleansUp: true });
    process.kill(running.pid, "SIGKILL");
    await running.exited;
    expect(await parts.stop([{ parts: ["a"], deadlineMs: 20_000 }])).toBe(true);
    expect(starts).toHaveLength(2);
    expect(await starts[1]?.exited).toBe("exit code 0");
    expect(lines).toContain("stdout: SIGTERM");
  });

  test("is stopped once when it runs, and not started again", async () => {
    const parts = supervisor();
    const { part, starts } = sample("a");
    await parts.start({ ...part, cleansUp: true });
    expect(await parts.stop([{ parts: ["a"], deadlineMs: 20_000 }])).toBe(true);
    expect(starts).toHaveLength(1);
  });

  test("is not started again when it is killed at its deadline, or all is killed", async () => {
    const parts = supervisor();
    const [late, killed] = [sample("late", { MODE: "stubborn" }), sample("killed", { MODE: "stubborn" })];
    const started = await Promise.all([late, killed].map(({ part }) => parts.start({ ...part, cleansUp: true })));
    expect(await parts.stop([{ parts: ["late"], deadlineMs: 300 }])).toBe(false);
    await parts.kill();
    for (const { exited } of started) expect(await exited).toBe("SIGKILL");
    expect([late, killed].map(({ starts }) => starts.length)).toEqual([1, 1]);
  });

  test("that cannot be started any more keeps nobody from stopping", async () => {
    const parts = supervisor({ firstPauseMs: 60_000, longestPauseMs: 60_000, healthyMs: 60_000 });
    const { part } = sample("crashes", { MODE: "crash-later", FLAG: join(temporaryDirectory(), "flag") });
    const running = await parts.start({ ...part, cleansUp: true });
    process.kill(running.pid, "SIGKILL");
    await running.exited;
    expect(await parts.stop([{ parts: ["crashes"], deadlineMs: 20_000 }])).toBe(true);
  });
});

test("kill ends everything at once, stubborn parts too", async () => {
  const parts = supervisor();
  const pids = [
    (await parts.start(sample("a", { MODE: "stubborn" }).part)).pid,
    (await parts.start(sample("b").part)).pid,
  ];
  await parts.kill();
  expect(pids.map(isAlive)).toEqual([false, false]);
});

function supervisor(timing?: ConstructorParameters<typeof Supervisor>[1]): Supervisor {
  const created = new Supervisor(log, timing);
  onTestFinished(() => created.kill());
  return created;
}

function sample(name: string, variables: Record<string, string> = {}, readyTimeoutMs = 20_000): Sample {
  const lines: string[] = [];
  const starts: RunningApp[] = [];
  const part = nodePart({
    name,
    main: MAIN,
    env: variables,
    portVariable: "PORT",
    readyTimeoutMs,
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
  });
  const start = async (signal: AbortSignal): Promise<RunningApp> => {
    const running = await part.start(signal);
    starts.push(running);
    return running;
  };
  return { part: { name, start }, lines, starts };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
