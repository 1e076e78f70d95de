import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { RoombridgeClient, RoombridgeError, type RetryOptions } from "./index.ts";

const serverUrl = "http://127.0.0.1:1";

describe("wrong arguments are refused before anything is sent", () => {
  test.each([
    "",
    "127.0.0.1:8080",
    "ftp://a.example",
    "https://a.example/?x=1",
    "https://a.example/#x",
    "https://me:pw@a.example",
    "https://:pw@a.example",
  ])("serverUrl %j", (url) => {
    expect(() => new RoombridgeClient({ serverUrl: url })).toThrow("serverUrl: expected http(s)");
  });

  test.each(["", "two words", "line\nbreak", "\u{1F3AE}"])("token %j, which the message does not show", (token) => {
    expect(() => new RoombridgeClient({ serverUrl, token })).toThrow(
      /^token: expected printable ASCII without spaces$/,
    );
  });

  test.each([Number.NaN, -1, 2 ** 31])("timeoutMs %d", async (timeoutMs) => {
    const message = "timeoutMs: expected a number from 0 to 2147483647";
    expect(() => new RoombridgeClient({ serverUrl, timeoutMs })).toThrow(message);
    const { roomsV2 } = new RoombridgeClient({ serverUrl, appId: "a" });
    for (const call of [roomsV2.getRoomInfo("r", { timeoutMs }), roomsV2.waitUntilActive("r", { timeoutMs })]) {
      expect(await failureOf(call)).toMatchObject({ code: "invalid_argument", message, mayHaveBeenDone: false });
    }
  });

  test.each<[RetryOptions, string]>([
    [{ attempts: 0 }, "retry.attempts: expected a whole number from 1"],
    [{ attempts: 1.5 }, "retry.attempts: expected a whole number from 1"],
    [{ attempts: Number.NaN }, "retry.attempts: expected a whole number from 1"],
    [{ baseDelayMs: -1 }, "retry.baseDelayMs: expected a number from 0 to 2147483647"],
    [{ maxDelayMs: Infinity }, "retry.maxDelayMs: expected a number from 0 to 2147483647"],
  ])("retry %j", async (retry, message) => {
    expect(() => new RoombridgeClient({ serverUrl, retry })).toThrow(message);
    const { processesV3 } = new RoombridgeClient({ serverUrl, appId: "a" });
    expect(await failureOf(processesV3.getProcess("p", { retry }))).toMatchObject({
      code: "invalid_argument",
      message,
    });
  });

  const { roomsV2, processesV3 } = new RoombridgeClient({ serverUrl });
  const appId = "a";
  test.each<[string, () => Promise<unknown>, string]>([
    ["no application", () => roomsV2.getRoomInfo("r"), "appId is missing: give it to the client or the call"],
    ["no application", () => processesV3.getProcess("p"), "appId is missing: give it to the client or the call"],
    ["an empty application", () => roomsV2.listRooms({}, { appId: "" }), '"" is no id'],
    ["an empty id", () => roomsV2.destroyRoom("", { appId }), '"" is no id'],
    ["an id that a URL resolves", () => processesV3.stopProcess("..", { appId }), '".." is no id'],
    ["another one", () => roomsV2.getActiveRoomsForProcess(".", { appId }), '"." is no id'],
    ["a lone surrogate", () => roomsV2.getRoomInfo("\ud800", { appId }), "a text contains a lone surrogate"],
    [
      "a lone surrogate in a query",
      () => roomsV2.createRoom({ region: "Dallas" }, { appId, roomId: "\ud800" }),
      "a text contains a lone surrogate",
    ],
    ["an empty filter", () => roomsV2.listRooms({ states: [] }, { appId }), "state: the list of the filter is empty"],
    [
      "another one",
      () => roomsV2.allRooms({ regions: [] }, { appId }).next(),
      "region: the list of the filter is empty",
    ],
    [
      "a date that is none",
      () => processesV3.getLatestProcesses({ before: new Date("soon") }, { appId }),
      "before: not a valid date",
    ],
    [
      "a pause that is none",
      () => roomsV2.waitUntilActive("r", { appId, pollIntervalMs: Number.NaN }),
      "pollIntervalMs: expected a number from 0 to 2147483647",
    ],
  ])("%s (%#)", async (_, call, message) => {
    expect(await failureOf(call())).toMatchObject({ code: "invalid_argument", message, mayHaveBeenDone: false });
  });
});

test("an error is recognised by its brand, not by the copy of the class", () => {
  expect(RoombridgeError.isInstance(new RoombridgeError("network", "x"))).toBe(true);
  expect(RoombridgeError.isInstance({ [Symbol.for("roombridge.RoombridgeError")]: true })).toBe(true);
  for (const other of [new Error("x"), undefined, null, "x"]) expect(RoombridgeError.isInstance(other)).toBe(false);
});

test("nothing that index.ts loads needs Node: a browser can run it as it is", async () => {
  const seen = new Set<string>();
  const foreign = new Set<string>();
  const visit = async (url: URL): Promise<void> => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = await readFile(url, "utf8");
    for (const [statement, specifier = ""] of source.matchAll(/^(?:import|export) [^;]*?from "([^"]+)";/gm)) {
      if (/^(?:import|export) type /.test(statement)) continue;
      if (specifier.startsWith(".")) await visit(new URL(specifier, url));
      else foreign.add(specifier);
    }
  };
  await visit(new URL("./index.ts", import.meta.url));
  expect(seen.size).toBeGreaterThan(15);
  expect([...foreign]).toEqual([]);
});
