import { expect, test } from "vitest";
import { isUuid, newRoomKey, newUuid, randomBase36 } from "./ids.ts";

const MANY = 10_000;

test("a UUID is of version 7 (RFC 9562): it begins with the time, and no two are alike", () => {
  const before = Date.now();
  const uuids = Array.from({ length: MANY }, newUuid);
  const after = Date.now();
  for (const uuid of uuids) {
    expect(isUuid(uuid)).toBe(true);
    expect(uuid.slice(14)).toMatch(/^7[0-9a-f]{3}-[89ab]/);
    const time = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  }
  expect(new Set(uuids).size).toBe(MANY);
  expect(new Set(uuids.map((uuid) => uuid.slice(15))).size).toBe(MANY);
});

test("a room key begins with the time in seconds and ends in ten digits of chance", () => {
  const before = Math.floor(Date.now() / 1_000);
  const keys = Array.from({ length: MANY }, newRoomKey);
  for (const key of keys) {
    expect(key).toMatch(/^[0-9a-z]{16}$/);
    expect(Number.parseInt(key.slice(0, 6), 36)).toBeGreaterThanOrEqual(before);
  }
  expect(new Set(keys.map((key) => key.slice(6))).size).toBe(MANY);
});

test("every base36 digit comes equally often", () => {
  const counts = new Map<string, number>();
  for (const digit of randomBase36(100 * MANY)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  expect(counts.size).toBe(36);
  // The mean is 27,778 and the deviation 164; a bias of one 256th, which the rejection avoids, would show.
  for (const count of counts.values()) expect(Math.abs(count - (100 * MANY) / 36)).toBeLessThan(1_200);
});
