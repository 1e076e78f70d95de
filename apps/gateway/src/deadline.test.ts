import { describe, expect, test } from "vitest";
import { withDeadline, type Late } from "./deadline.ts";

function racing(work: Promise<string>, deadlineMs: number) {
  const heard = Promise.withResolvers<Late<string>>();
  const result = withDeadline(work, deadlineMs, { late: () => "late", onLate: heard.resolve });
  return { result, heard: heard.promise };
}

describe("with a deadline", () => {
  test("what is in time comes through, and so does its failure", async () => {
    expect(await racing(Promise.resolve("done"), 60_000).result).toBe("done");
    await expect(racing(Promise.reject(new Error("no")), 60_000).result).rejects.toThrow("no");
  });

  test("what takes too long is answered for, and heard of when it ends", async () => {
    const good = Promise.withResolvers<string>();
    const slow = racing(good.promise, 5);
    expect(await slow.result).toBe("late");
    good.resolve("done");
    expect(await slow.heard).toEqual({ result: "done" });

    const bad = Promise.withResolvers<string>();
    const failing = racing(bad.promise, 5);
    expect(await failing.result).toBe("late");
    bad.reject(new Error("no"));
    expect(await failing.heard).toEqual({ error: new Error("no") });
  });
});
