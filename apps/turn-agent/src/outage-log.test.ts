import type { Logger } from "@roombridge/service";
import { expect, test } from "vitest";
import { CliUnavailableError } from "./cli/cli-connection.ts";
import { OutageLog } from "./outage-log.ts";

const AWAY = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

test("an outage is told once, and its end once", async () => {
  const { outages, lines } = open();
  await outages.run("a", async () => {});
  for (const what of ["a", "b", "a"]) await outages.run(what, () => Promise.reject(AWAY));
  await outages.run("b", async () => {});
  await outages.run("a", async () => {});
  expect(lines).toEqual([
    "warn: the database does not answer; no relay session is cut meanwhile",
    "info: the database answers again",
  ]);
});

test("what had its answer before the outage is no sign of its end", async () => {
  const { outages, lines } = open();
  const early = Promise.withResolvers<void>();
  const running = outages.run("a", () => early.promise);
  await outages.run("b", () => Promise.reject(AWAY));
  early.resolve();
  await running;
  expect(lines).toHaveLength(1);
});

test("other failures are told each time; those of the command line are told elsewhere", async () => {
  const { outages, lines } = open();
  for (let time = 0; time < 2; time += 1)
    await outages.run("the beat", () => Promise.reject(new Error("no such column")));
  await outages.run("cutting", () => Promise.reject(new CliUnavailableError("gone")));
  expect(lines).toEqual(Array.from({ length: 2 }, () => "error: the beat failed; it will be tried again"));
});

function open(): { outages: OutageLog; lines: string[] } {
  const lines: string[] = [];
  const writer =
    (level: string) =>
    (...said: unknown[]): void =>
      void lines.push(`${level}: ${String(said.at(-1))}`);
  const log = { info: writer("info"), warn: writer("warn"), error: writer("error") };
  return { outages: new OutageLog(log as unknown as Logger), lines };
}
