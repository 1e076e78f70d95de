import { expect, test } from "vitest";
import { Coalescer } from "./coalescer.ts";

test("whoever comes while a call is under way shares the next one, which starts after they came", async () => {
  const coalescer = new Coalescer<number>();
  const gates = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  let calls = 0;
  const call = () => gates[calls++]?.promise ?? Promise.reject(new Error("a third call"));
  const first = coalescer.run("a", call);
  const second = coalescer.run("a", call);
  const third = coalescer.run("a", call);
  expect(calls).toBe(1);
  gates[0]?.resolve(1);
  expect(await first).toBe(1);
  gates[1]?.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  expect(calls).toBe(2);
});

test("a failure is its own callers' alone", async () => {
  const coalescer = new Coalescer<string>();
  const first = coalescer.run("a", () => Promise.reject(new Error("no")));
  const second = coalescer.run("a", () => Promise.resolve("yes"));
  await expect(first).rejects.toThrow("no");
  expect(await second).toBe("yes");
});

test("keys do not wait for each other, and a finished one begins anew", async () => {
  const coalescer = new Coalescer<string>();
  const never = new Promise<string>(() => {});
  void coalescer.run("slow", () => never);
  expect(await coalescer.run("quick", () => Promise.resolve("one"))).toBe("one");
  expect(await coalescer.run("quick", () => Promise.resolve("two"))).toBe("two");
});
