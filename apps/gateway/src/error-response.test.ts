import { ERROR_CODES } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import { describe, expect, test } from "vitest";
import { toErrorAnswer } from "./error-response.ts";

describe("toErrorAnswer", () => {
  test.each(ERROR_CODES)("%s has a status that RoomsV2 documents, or one of ours, and exactly a message", (code) => {
    const { status, body } = toErrorAnswer(new RoomError(code, "why"), "request-1");
    const isOurs = code === "process_gone" || code === "process_superseded" || code === "log_expired";
    expect(isOurs ? [409, 410] : [400, 401, 402, 404, 422, 429, 500]).toContain(status);
    expect(body).toEqual({ message: expect.any(String) });
  });

  test.each([
    [0.2, "1"],
    [0, "1"],
    [4.1, "5"],
  ])("Retry-After is a whole number of seconds, at least 1: %d is %s", (retryAfterSeconds, header) => {
    const error = new RoomError("no_capacity", "full", { retryAfterSeconds });
    expect(toErrorAnswer(error, "request-1").headers).toEqual({ "retry-after": header });
  });

  test.each([
    ["a RoomError internal", new RoomError("internal", "key k7 is not configured")],
    ["any other error", new Error("password authentication failed")],
    ["what is no error", "thrown text"],
  ])("%s becomes the fixed sentence with the request id", (_, thrown) => {
    expect(toErrorAnswer(thrown, "request-1")).toMatchObject({
      status: 500,
      body: { message: "something failed on our side; look up what was done before trying again (request request-1)" },
    });
  });
});
