import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@roombridge/testing";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { checkProperty } from "@roombridge/testing/property";
import { readText } from "../../test/process-spec.ts";
import { readLog } from "./log-reader.ts";
import { rotateLog } from "./process-log.ts";

async function newLog(text?: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-log-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const log = join(directory, "log");
  if (text !== undefined) await writeFile(log, text);
  return log;
}

test("the tail is the last lines, through the rotated part, whatever the lines are", async () => {
  const log = await newLog();
  // Long ones, so that lines cross the blocks in which the file is read.
  const line = fc.oneof(fc.constant(""), fc.string({ maxLength: 20 }), fc.constant("x".repeat(70_000)));
  const lines = fc.array(
    line.map((text) => text.replaceAll("\n", "")),
    { maxLength: 6 },
  );
  const text = fc
    .tuple(lines, fc.boolean())
    .map(([all, ends]) => all.join("\n") + (ends && all.length > 0 ? "\n" : ""));
  const whole = lines.map((all) => all.map((one) => `${one}\n`).join(""));
  await checkProperty(
    "tail of a log",
    fc.tuple(whole, text, fc.nat({ max: 12 })),
    async ([old, current, tailLines]) => {
      await writeFile(`${log}.1`, old);
      await writeFile(log, current);
      const all = (old + current).match(/[^\n]*\n|[^\n]+$/g) ?? [];
      const wanted = tailLines === 0 ? "" : all.slice(-tailLines).join("");
      expect(await readText(readLog(log, { tailLines }, () => true))).toBe(wanted);
      expect(await readText(readLog(log, {}, () => true))).toBe(old + current);
    },
    { runs: 50, kept: new URL("log-reader.seeds.json", import.meta.url) },
  );
});

test("a log that is followed goes on through its rotation", async () => {
  const log = await newLog("first\n");
  let isOver = false;
  let seen = "";
  const following = (async () => {
    for await (const chunk of readLog(log, { follow: true }, () => isOver)) seen += Buffer.from(chunk).toString();
  })();
  await waitFor(() => seen === "first\n", { what: "the first line" });
  await appendFile(log, "before\n");
  await rotateLog(log, 1);
  await waitFor(() => seen === "first\nbefore\n", { what: "what came before the rotation" });
  await appendFile(log, "after\n");
  isOver = true;
  await following;
  expect(seen).toBe("first\nbefore\nafter\n");
});

test("there is nothing in a log that is not there", async () => {
  expect(await readText(readLog(await newLog(), { tailLines: 10, follow: true }, () => true))).toBe("");
});
