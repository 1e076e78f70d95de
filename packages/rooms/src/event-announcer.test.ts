import { waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { EventAnnouncer } from "./event-announcer.ts";

function announcer(notify: () => Promise<void> = () => Promise.resolve()) {
  const sentAt: number[] = [];
  const created = new EventAnnouncer(() => {
    sentAt.push(performance.now());
    return notify();
  });
  onTestFinished(() => created.close());
  return { sentAt, announce: () => created.announce(), close: () => created.close() };
}

test("the first one goes at once, what follows within 20 ms goes together", async () => {
  const { sentAt, announce } = announcer();
  announce();
  expect(sentAt).toHaveLength(1);
  for (let count = 0; count < 100; count += 1) announce();
  expect(sentAt).toHaveLength(1);
  await waitFor(() => sentAt.length === 2, { what: "the second wake-up" });
  const [first = 0, second = 0] = sentAt;
  expect(second - first).toBeGreaterThanOrEqual(19);
});

test("a wake-up that cannot be sent is lost, and the next one is sent", async () => {
  const { sentAt, announce } = announcer(() => Promise.reject(new Error("no database")));
  announce();
  announce();
  await waitFor(() => sentAt.length === 2, { what: "the second wake-up" });
});

test("nothing is sent after the end", () => {
  const { sentAt, announce, close } = announcer();
  close();
  announce();
  expect(sentAt).toEqual([]);
});
