import { expect, test } from "vitest";
import { waitFor } from "./wait-for.ts";

test("the first answer that is not undefined, null or false is returned", async () => {
  const answers = [undefined, null, false, 0];
  expect(await waitFor(() => answers.shift(), { what: "an answer" })).toBe(0);
});

test("a condition that throws at first is asked again", async () => {
  let asked = 0;
  const answer = await waitFor(
    async () => {
      asked += 1;
      if (asked < 3) throw new Error("not yet");
      return "there";
    },
    { what: "the third look" },
  );
  expect(answer).toBe("there");
});

test("a condition that never holds fails with what was waited for", async () => {
  await expect(waitFor(() => false, { what: "the room to be active", timeoutMs: 60 })).rejects.toThrow(
    "waited 60 ms for the room to be active",
  );
});

test("the last throw is told and kept as the cause", async () => {
  const reason = new Error("connection refused");
  const failed = waitFor(() => Promise.reject(reason), { what: "the server", timeoutMs: 60 });
  await expect(failed).rejects.toMatchObject({
    message: expect.stringContaining("the last look failed: connection refused"),
    cause: reason,
  });
});

test("a look that is cut off by the end does not hide what the one before it said", async () => {
  const answers = [Promise.reject(new Error("a room is missing")), new Promise<never>(() => {})];
  const failed = waitFor(() => answers.shift(), { what: "the rooms", timeoutMs: 200 });
  await expect(failed).rejects.toThrow("the last look failed: a room is missing");
});

test("a condition that hangs does not hang the test", async () => {
  const failed = waitFor(() => new Promise<never>(() => {}), { what: "an answer", timeoutMs: 60 });
  await expect(failed).rejects.toThrow("waited 60 ms for an answer; the last look failed: it did not answer");
});
