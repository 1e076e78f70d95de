import { createRoute } from "@hono/zod-openapi";
import { RoomStatus } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptOperation } from "../test/scripted-operation.ts";
import { documentResponses } from "./document-responses.ts";
import type { Operation } from "./operation.ts";
import { checkedHandle } from "./serialize.ts";

const Part = z.object({ name: z.string() });
const Thing = z.object({ status: RoomStatus, note: z.string().optional(), parts: z.array(Part) });
const thing = { status: "active", parts: [{ name: "a" }] };

/** An operation that documents 200 with a Thing, 401 and 404. */
function operationWith(responses: Operation["route"]["responses"]): Operation {
  const route = createRoute({ method: "get", path: "/things/{thingId}", operationId: "GetThing", responses });
  return { route, access: "public", isForBrowsers: false, handle: () => Promise.reject(new Error("scripted")) };
}

const withBody = operationWith(documentResponses({ status: 200, description: "It", schema: Thing }, [401, 404]));
const withoutBody = operationWith(documentResponses({ status: 204, description: "Done" }, [404]));

const FIXED_SENTENCE = /^something failed on our side; .*\(request ([\w-]+)\)$/;

test("what the schema documents leaves as it is", async () => {
  const { send, lines } = scriptOperation(withBody);
  const { status, body, headers } = await send({
    status: 200,
    body: { ...thing, note: "yes" },
    headers: { etag: "1" },
  });
  expect([status, body]).toEqual([200, { ...thing, note: "yes" }]);
  expect([headers.get("content-type"), headers.get("etag")]).toEqual(["application/json", "1"]);
  expect(lines).toEqual([]);
});

test("keys that the schema does not know stay here, at any depth", async () => {
  const { send } = scriptOperation(withBody);
  const { body } = await send({ status: 200, body: { ...thing, secret: "s", parts: [{ name: "a", hmackey: "h" }] } });
  expect(body).toEqual(thing);
});

test("an answer without a body has neither body nor content type", async () => {
  const { status, body, headers } = await scriptOperation(withoutBody).send({ status: 204 });
  expect([status, body, headers.get("content-type")]).toEqual([204, undefined, null]);
});

describe("instead of it the caller gets 500 with the request id, when", () => {
  test.each([
    ["a word is outside its closed list", withBody, { status: 200, body: { ...thing, status: "suspended" } }],
    ["a field is missing", withBody, { status: 200, body: { status: "active" } }],
    ["a field is null that must not be", withBody, { status: 200, body: { ...thing, note: null } }],
    ["there is no body", withBody, { status: 200 }],
    ["there is a body where none is documented", withoutBody, { status: 204, body: {} }],
    ["the status is not documented", withBody, { status: 201, body: thing }],
    ["an error without message is returned", withBody, { status: 404, body: { error: "no" } }],
    ["an error is thrown whose status is not documented", withBody, new RoomError("no_capacity", "full")],
    ["the handler fails", withBody, new TypeError("x is not a function")],
  ])("%s", async (_, operation, given) => {
    const { send, lines } = scriptOperation(operation);
    const { status, body, headers } = await send(given);
    expect([status, headers.get("content-type")]).toEqual([500, "application/json"]);
    expect(body).toEqual({ message: expect.stringMatching(FIXED_SENTENCE) });
    expect(JSON.stringify(body)).toContain(headers.get("x-request-id"));
    expect(lines.filter((line) => line.includes('"level":50'))).toHaveLength(1);
  });
});

test("the log names operation, status and fields, and no value", async () => {
  const { send, lines } = scriptOperation(withBody);
  const body = { status: "top-secret", note: 4711, parts: [{ name: "a" }, { name: ["hush"] }] };
  const { headers } = await send({ status: 200, body });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    requestId: headers.get("x-request-id"),
    operation: "GetThing",
    err: {
      message: "GetThing 200 breaks its schema: status invalid_value, note invalid_type, parts.1.name invalid_type",
    },
  });
  expect(lines.join("")).not.toMatch(/top-secret|4711|hush/);
});

test("the log tells which error was not documented, and why it was thrown", async () => {
  const { send, lines } = scriptOperation(withBody);
  await send(new RoomError("no_capacity", "everything is full"));
  expect(lines[0]).toContain("GetThing does not document 429");
  expect(lines[0]).toContain("everything is full");
});

test("errors that are documented keep their status, words and headers, and have exactly a message", async () => {
  const { send } = scriptOperation(withBody);
  const thrown = await send(new RoomError("unauthenticated", "who are you", { retryAfterSeconds: 3 }));
  expect([thrown.status, thrown.body]).toEqual([401, { message: "who are you" }]);
  expect([thrown.headers.get("www-authenticate"), thrown.headers.get("retry-after")]).toEqual(["Bearer", "3"]);
  const returned = await send({ status: 404, body: { message: "gone", code: "x" } });
  expect([returned.status, returned.body]).toEqual([404, { message: "gone" }]);
});

test("a handler cannot rename JSON", async () => {
  const { send } = scriptOperation(withBody);
  const { headers } = await send({ status: 200, body: thing, headers: { "Content-Type": "text/plain" } });
  expect(headers.get("content-type")).toBe("application/json");
});

test("an operation whose body could not be checked does not start", () => {
  const content = { "text/plain": { schema: z.string() } };
  const operation = operationWith({ 200: { description: "It", content } });
  expect(() => checkedHandle(operation)).toThrow("GetThing 200 has no Zod schema for application/json");
});
