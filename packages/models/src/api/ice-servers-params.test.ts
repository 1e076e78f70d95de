import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { CreateIceServersParams, RevokeIceServersParams } from "./index.ts";

function fieldsRefused(schema: z.ZodType, body: unknown): string[] {
  const parsed = schema.safeParse(body);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
}

describe("CreateIceServersParams", () => {
  test.each([
    [{}],
    [{ playerId: "x" }],
    [{ playerId: "\u{1F3AE}".repeat(127) }],
    [{ ttlSeconds: 60 }],
    [{ ttlSeconds: 86_400 }],
    [{ playerId: "p1", ttlSeconds: 600, region: "Tokyo" }],
  ])("%j is accepted as it is", (body) => {
    expect(CreateIceServersParams.parse({ ...body, unknown: 1 })).toEqual(body);
  });

  test.each<[unknown, string[]]>([
    [[], [""]],
    [null, [""]],
    [{ playerId: "" }, ["playerId"]],
    [{ playerId: "x".repeat(256) }, ["playerId"]],
    [{ playerId: "a\u0000" }, ["playerId"]],
    [{ playerId: "\ud800" }, ["playerId"]],
    [{ playerId: null }, ["playerId"]],
    [{ ttlSeconds: 59 }, ["ttlSeconds"]],
    [{ ttlSeconds: 86_401 }, ["ttlSeconds"]],
    [{ ttlSeconds: 60.5 }, ["ttlSeconds"]],
    [{ ttlSeconds: "600" }, ["ttlSeconds"]],
    [{ region: "Moon" }, ["region"]],
  ])("%j is refused, naming the field", (body, fields) => {
    expect(fieldsRefused(CreateIceServersParams, body)).toEqual(fields);
  });
});

describe("RevokeIceServersParams", () => {
  test.each([[{}], [{ username: "room.credential" }], [{ playerId: "p1" }]])("%j is accepted as it is", (body) => {
    expect(RevokeIceServersParams.parse(body)).toEqual(body);
  });

  test.each<[unknown, string[]]>([
    ["all", [""]],
    // A key that is spelled wrong must not mean the whole room.
    [{ playerid: "p1" }, [""]],
    [{ username: "room.credential", playerId: "p1" }, ["playerId"]],
    [{ username: "" }, ["username"]],
    [{ username: null }, ["username"]],
    [{ playerId: "" }, ["playerId"]],
    [{ playerId: "a\u0000" }, ["playerId"]],
    [{ playerId: 1 }, ["playerId"]],
    // Spelled wrong, it would be the whole room.
    [{ userName: "room.credential" }, [""]],
  ])("%j is refused, naming the field", (body, fields) => {
    expect(fieldsRefused(RevokeIceServersParams, body)).toEqual(fields);
  });
});
