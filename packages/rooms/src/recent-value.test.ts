import { waitFor } from "@roombridge/testing";
import { expect, test } from "vitest";
import { RecentValue } from "./recent-value.ts";

/** Counts how often it was read, at most a second ago. */
function counter() {
  let now = 0;
  const world = { reads: 0, failure: undefined as Error | undefined, hold: undefined as Promise<void> | undefined };
  const value = new RecentValue(async () => {
    world.reads += 1;
    const read = world.reads;
    await world.hold;
    if (world.failure) throw world.failure;
    return read;
  }, 1_000);
  const after = (ms: number) => {
    now += ms;
  };
  return { get: () => value.get(now), world, after };
}

test("is read once for all who ask at once, and kept while it is young", async () => {
  const { get, world, after } = counter();
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
  after(499);
  expect(await get()).toBe(1);
  expect(world.reads).toBe(1);
});

test("in the second half of its time it is read again, and nobody waits for that", async () => {
  const { get, world, after } = counter();
  await get();
  const { promise: hold, resolve: release } = Promise.withResolvers<void>();
  world.hold = hold;
  after(600);
  expect(await get()).toBe(1);
  expect(await get()).toBe(1);
  expect(world.reads).toBe(2);
  release();
  await waitFor(async () => (await get()) === 2, { what: "the new value" });
});

test("what is too old is never answered", async () => {
  const { get, after } = counter();
  await get();
  after(1_000);
  expect(await get()).toBe(2);
});

test("while it cannot be read the last one serves; without any, the failure is told", async () => {
  const { get, world, after } = counter();
  world.failure = new Error("down");
  await expect(get()).rejects.toThrow("down");
  world.failure = undefined;
  expect(await get()).toBe(2);
  world.failure = new Error("down again");
  after(5_000);
  expect(await get()).toBe(2);
  world.failure = undefined;
  expect(await get()).toBe(4);
});

test("a read that hangs holds nobody up: the last value serves, and later it is read anew", async () => {
  const { get, world, after } = counter();
  await get();
  const { promise: hold, resolve: release } = Promise.withResolvers<void>();
  world.hold = hold;
  after(5_000);
  expect(await get()).toBe(1);
  world.hold = undefined;
  after(9_000);
  expect(await get()).toBe(1);
  expect(world.reads).toBe(2);
  after(1_000);
  expect(await get()).toBe(3);
  release();
  await hold;
  expect(await get()).toBe(3);
});

test("a first read that hangs is told as a failure", async () => {
  const { get, world } = counter();
  world.hold = new Promise(() => {});
  await expect(get()).rejects.toThrow("no answer");
});
