import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { LogLines } from "./log-lines.ts";

async function read(text: string, secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = new LogLines(secrets, (line) => lines.push(line));
  const stream = new PassThrough();
  log.read(stream);
  stream.end(text);
  await once(stream, "close");
  return { lines, tail: log.tail() };
}

test("lines come one by one, without empty ones, and also the last one without its end", async () => {
  expect((await read("one\r\n\n  \ntwo\nthree")).lines).toEqual(["one", "two", "three"]);
});

test("secrets are struck out of the lines and of what is kept, every time", async () => {
  const { lines, tail } = await read("user=a password=p$1 again p$1\ncli=k.y", ["p$1", "k.y", ""]);
  expect(lines).toEqual(["user=a password=[redacted] again [redacted]", "cli=[redacted]"]);
  expect(tail).toBe(lines.join("\n"));
});

test("the last 20 lines are kept", async () => {
  const numbers = Array.from({ length: 50 }, (_, index) => `line ${index}`);
  expect((await read(numbers.join("\n"))).tail).toBe(numbers.slice(30).join("\n"));
});
