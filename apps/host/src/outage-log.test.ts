import { createLog } from "@roombridge/service";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OutageLog } from "./outage-log.ts";
import { ProviderAwayError } from "./provider/provider.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("an engine that answers and fails in turn is told as away once, and as back when it has not failed for a while", () => {
  const said: string[] = [];
  const say = (...values: unknown[]) => void said.push(String(values.at(-1)));
  const log = Object.assign(createLog({ name: "test", level: "silent", format: "json" }), { info: say, error: say });
  const outages = new OutageLog(log);
  outages.providerAnswered();
  for (let round = 0; round < 5; round += 1) {
    outages.failed(new ProviderAwayError("no answer"), "a start");
    vi.advanceTimersByTime(2_000);
    outages.providerAnswered();
  }
  expect(said).toEqual(["the engine does not answer; nothing is started or ended"]);
  vi.advanceTimersByTime(4_000);
  outages.providerAnswered();
  outages.providerAnswered();
  expect(said.slice(1)).toEqual(["the engine answers again"]);
});
