import { expect, test } from "vitest";
import { isConnectionError, mayBlameOneRow } from "./database.ts";

const failed = (code: string) => Object.assign(new Error(code), { code });

// All of these can also end a connection on which a statement has been sent (ip(7), tcp(7)) or a name look-up before it.
test.each([
  "CONNECTION_CLOSED",
  "CONNECT_TIMEOUT",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "57P01",
  "08006",
])("%s means that nobody knows whether the statement was done", (code) => {
  expect(isConnectionError(failed(code))).toBe(true);
  expect(mayBlameOneRow(failed(code))).toBe(false);
});

test.each(["23505", "57014", "53300", ""])("%j is an answer of the server", (code) => {
  expect(isConnectionError(failed(code))).toBe(false);
});
