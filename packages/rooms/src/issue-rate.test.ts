import { expect, test } from "vitest";
import { IssueRate } from "./issue-rate.ts";

test("as many at once as a minute allows, then one at a time, for each room by itself", () => {
  const rate = new IssueRate(6);
  for (let n = 0; n < 6; n += 1) expect(rate.take("a", 0)).toBeUndefined();
  expect(rate.take("a", 0)).toBe(10);
  expect(rate.take("b", 0)).toBeUndefined();
  expect(rate.take("a", 4_000)).toBe(6);
  expect(rate.take("a", 10_000)).toBeUndefined();
  expect(rate.take("a", 10_000)).toBe(10);
  for (let n = 0; n < 6; n += 1) expect(rate.take("a", 100_000)).toBeUndefined();
  expect(rate.take("a", 100_000)).toBe(10);
});

test("0 is no limit", () => {
  const rate = new IssueRate(0);
  for (let n = 0; n < 10_000; n += 1) expect(rate.take("a", 0)).toBeUndefined();
});

// Far more than are remembered; whoever looked at all of those for each room would take half a minute.
const ROOMS = 100_000;

test("however many ask, who asks too often is still refused, and nobody else", { timeout: 10_000 }, () => {
  const rate = new IssueRate(1);
  const answers = new Set<string>();
  for (let n = 0; n < ROOMS; n += 1) answers.add(`${rate.take(`room ${n}`, 0)} ${rate.take(`room ${n}`, 0)}`);
  for (let n = 0; n < ROOMS; n += 1) answers.add(`${rate.take(`later ${n}`, 61_000)}`);
  expect([...answers]).toEqual(["undefined 60", "undefined"]);
});

test("rooms that ask no more are forgotten before those that have just asked", () => {
  const rate = new IssueRate(1);
  for (let n = 0; n < 10_000; n += 1) rate.take(`room ${n}`, n < 5_000 ? 30_000 : 0);
  for (let n = 0; n < 5_000; n += 1) expect(rate.take(`later ${n}`, 61_000)).toBeUndefined();
  expect(rate.take("room 0", 61_000)).toBeGreaterThan(0);
});
