import { expect, test } from "vitest";
import { randomByte } from "./random-byte.ts";

const BYTES = 100_000;

test("bytes are spread evenly, and those of one filling do not come again in the next", () => {
  const bytes = Buffer.from(Array.from({ length: BYTES }, randomByte));
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  expect(counts.size).toBe(256);
  // Of 256 counts with a mean of 391 and a deviation of 20, none is so far away but once in millions of runs.
  for (const count of counts.values()) expect(Math.abs(count - BYTES / 256)).toBeLessThan(140);
  const blocks = new Set(Array.from({ length: BYTES / 16 }, (_, n) => bytes.toString("hex", n * 16, n * 16 + 16)));
  expect(blocks.size).toBe(BYTES / 16);
});
