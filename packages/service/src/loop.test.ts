import { expect, test } from "vitest";
import { startLoop } from "./loop.ts";

const NEVER_MS = 1_000_000;

test("a wake-up during a round is not lost, and rounds do not overlap", async () => {
  let rounds = 0;
  let running = 0;
  const third = Promise.withResolvers<void>();
  const loop = startLoop(NEVER_MS, async () => {
    running += 1;
    expect(running).toBe(1);
    rounds += 1;
    await Promise.resolve();
    if (rounds < 3) loop.wake();
    else third.resolve();
    await Promise.resolve();
    running -= 1;
  });
  await third.promise;
  await loop.stop();
  expect(rounds).toBe(3);
});

test("stopping waits for the round under way and starts no other", async () => {
  let ended = 0;
  const first = Promise.withResolvers<void>();
  const loop = startLoop(1, async () => {
    await first.promise;
    ended += 1;
  });
  const stopped = loop.stop();
  loop.wake();
  first.resolve();
  await stopped;
  expect(ended).toBe(1);
});
