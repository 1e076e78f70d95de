import { ERROR_CODES } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import { ApplicationException } from "@roombridge/thrift";
import { describe, expect, test } from "vitest";
import { toThriftError } from "./thrift-error.ts";

describe("toThriftError", () => {
  test.each(ERROR_CODES)("%s never shows the cause", (code) => {
    const answer = toThriftError(new RoomError(code, "for the caller", { cause: new Error("secret") }));
    if (answer instanceof ApplicationException)
      expect(JSON.stringify([answer, answer.message])).not.toContain("secret");
    else expect(answer).toBeInstanceOf(RoomError);
  });

  test("what the core did not foresee passes through, for the server's fixed sentence", () => {
    const error = new Error("connection string postgres://secret");
    expect(toThriftError(error)).toBe(error);
  });

  test("a missing room becomes the declared exception where there is one", () => {
    const missing = new RoomError("room_not_found", "no room x");
    expect(toThriftError(missing, (reason) => new TypeError(reason))).toEqual(new TypeError("no room x"));
  });
});
