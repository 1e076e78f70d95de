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

  test("whatever ends between others, exactly what takes too long is late", async () => {
    const works = Array.from({ length: 300 }, () => Promise.withResolvers<string>());
    const races = works.map(({ promise }, index) => racing(promise, index % 3 === 0 ? 5 : 60_000).result);
    // From both ends, so that places are given away from either side.
    const order = works.map((_, index) => (index % 2 === 0 ? index >> 1 : works.length - 1 - (index >> 1)));
    const inTime = order.filter((index) => index % 3 === 1);
    for (const index of inTime) works[index]?.resolve(`done ${index}`);
    for (const index of inTime) expect(await races[index]).toBe(`done ${index}`);
    const late = order.filter((index) => index % 3 === 0);
    for (const index of late) expect(await races[index]).toBe("late");
    for (const index of order) works[index]?.resolve(`done ${index}`);
    const last = order.filter((index) => index % 3 === 2);
    for (const index of last) expect(await races[index]).toBe(`done ${index}`);
  });
});
