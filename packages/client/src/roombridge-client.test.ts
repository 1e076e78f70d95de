import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { RoombridgeClient, RoombridgeError } from "./index.ts";

const serverUrl = "http://127.0.0.1:1";

describe("wrong arguments are refused before anything is sent", () => {
  test.each([
    "",
    "127.0.0.1:8080",
    "ftp://a.example",
    "https://a.example/?x=1",
    "https://a.example/#x",
    "https://me:pw@a.example",
  ])("serverUrl %j", (url) => {
    expect(() => new RoombridgeClient({ serverUrl: url })).toThrow("serverUrl: expected http(s)");
  });

  test.each(["", "two words", "line\nbreak", "\u{1F3AE}"])("token %j, which the message does not show", (token) => {
    expect(() => new RoombridgeClient({ serverUrl, token })).toThrow(
      /^token: expected printable ASCII without spaces$/,
    );
  });

  test("no application, a lone surrogate, a deadline that is none", async () => {
    const { roomsV2 } = new RoombridgeClient({ serverUrl });
    const calls = [
      roomsV2.getRoomInfo("r"),
      roomsV2.getRoomInfo("\ud800", { appId: "a" }),
      roomsV2.createRoom({ region: "Dallas" }, { appId: "a", roomId: "\ud800" }),
      roomsV2.getRoomInfo("r", { appId: "a", timeoutMs: Number.NaN }),
      roomsV2.getRoomInfo("r", { appId: "a", timeoutMs: 2 ** 31 }),
    ];
    for (const { code } of await Promise.all(calls.map(failureOf))) expect(code).toBe("invalid_argument");
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
      if (specifier.startsWith("./")) await visit(new URL(specifier, url));
      else foreign.add(specifier);
    }
  };
  await visit(new URL("./index.ts", import.meta.url));
  expect(seen.size).toBeGreaterThan(4);
  expect([...foreign]).toEqual([]);
});
