import { expect, test } from "vitest";
import { describeError } from "./log.ts";

test("an error is logged with its cause, but without the fields in which the database quotes rows", () => {
  const cause = Object.assign(new Error("new row violates check constraint"), {
    code: "23514",
    detail: "Failing row contains (user, 4e02e75642b7dea33b3178d97f3571fc)",
    query: "insert …",
  });
  const described = describeError(new Error("the room was not created", { cause }));
  expect(described).toMatchObject({
    type: "Error",
    message: "the room was not created",
    cause: { message: "new row violates check constraint", code: "23514" },
  });
  expect(JSON.stringify(described)).not.toContain("4e02e756");
});

test("a chain of causes that never ends is cut, and anything may be thrown", () => {
  const error = new Error("round");
  error.cause = error;
  expect(JSON.stringify(describeError(error)).match(/"message"/g)).toHaveLength(4);
  expect(describeError(undefined)).toEqual({ type: "undefined", message: "undefined" });
});
