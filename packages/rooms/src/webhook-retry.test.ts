import { expect, test } from "vitest";
import { pauseSeconds, retryDelaySeconds, WEBHOOK_RETRY } from "./webhook-retry.ts";

test.each([
  [1, 5],
  [2, 10],
  [5, 80],
  [10, 2_560],
  [11, 3_600],
  [2_000, 3_600],
])("after %d failures an event waits %d s, and up to a fifth more by chance", (attempts, seconds) => {
  expect(retryDelaySeconds(WEBHOOK_RETRY, attempts, 0)).toBe(seconds);
  expect(retryDelaySeconds(WEBHOOK_RETRY, attempts, 1)).toBeCloseTo(seconds * 1.2);
});

test.each([
  [1, 5],
  [4, 40],
  [5, 60],
  [2_000, 60],
])("after %d failures in a row a receiver is left alone for %d s", (failures, seconds) => {
  expect(pauseSeconds(WEBHOOK_RETRY, failures)).toBe(seconds);
});
