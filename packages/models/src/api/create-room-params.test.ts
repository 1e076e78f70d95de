import { describe, expect, test } from "vitest";
import { CreateRoomParams, REGIONS } from "./index.ts";

const region = "Dallas";

function fieldsRefused(body: unknown): string[] {
  const parsed = CreateRoomParams.safeParse(body);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
}

test.each(REGIONS)("%s is a region", (name) => {
  expect(CreateRoomParams.parse({ region: name })).toEqual({ region: name });
});

test("unknown keys are dropped, not refused", () => {
  expect(CreateRoomParams.parse({ region, visibility: "public" })).toEqual({ region });
});

test("limits are inclusive and count UTF-16 code units", () => {
  expect(fieldsRefused({ region, roomConfig: "\u{1F3AE}".repeat(5_000) })).toEqual([]);
  expect(fieldsRefused({ region, roomConfig: "x".repeat(10_001) })).toEqual(["roomConfig"]);
  expect(fieldsRefused({ region, roomConfig: "" })).toEqual([]);
});

describe("refused, naming the field", () => {
  test.each<[string, unknown, string[]]>([
    ["nothing", {}, ["region"]],
    ["not an object", [], [""]],
    ["an unknown region", { region: "Moon" }, ["region"]],
    [
      "null where a string may be left out",
      { region, roomConfig: null, deploymentId: null },
      ["roomConfig", "deploymentId"],
    ],
    ["U+0000", { region, roomConfig: "a\u0000", deploymentId: "\u0000" }, ["roomConfig", "deploymentId"]],
    ["lone surrogates", { region, roomConfig: "\ud800", clientIPs: ["ok", "\udc00"] }, ["roomConfig", "clientIPs.1"]],
    ["clientIPs that is no list", { region, clientIPs: "::1" }, ["clientIPs"]],
  ])("%s", (_, body, fields) => {
    expect(fieldsRefused(body)).toEqual(fields);
  });
});
