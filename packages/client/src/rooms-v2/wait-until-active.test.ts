import { expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { json, startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient } from "../index.ts";

const STARTING = { roomId: "r", status: "starting", additionalExposedPorts: [] };
const PORT = { host: "h", port: 1, transportType: "tcp", name: "default" };
const ACTIVE = { ...STARTING, status: "active", exposedPort: PORT };

function connect(serverUrl: string) {
  return new RoombridgeClient({ serverUrl, appId: "app-1" }).roomsV2;
}

test("waits out what may pass, in a rhythm of its own", async () => {
  const { url, requests } = await startStubServer((request, response, count) => {
    if (count === 1) json(429, { message: "later" }, { "retry-after": "0" })(request, response);
    else if (count === 2) request.socket.destroy();
    else json(200, count === 3 ? STARTING : ACTIVE)(request, response);
  });
  expect(await connect(url).waitUntilActive("r", { pollIntervalMs: 1 })).toEqual(ACTIVE);
  expect(requests).toHaveLength(4);
});

test("a server that holds its answer back is asked again at once, and for no longer than the deadline of a call", async () => {
  const { url, requests } = await startStubServer((request, response, count) => {
    setTimeout(() => json(200, count < 3 ? STARTING : ACTIVE)(request, response), 300);
  });
  const client = new RoombridgeClient({ serverUrl: url, appId: "app-1", timeoutMs: 5_500 });
  expect(await client.roomsV2.waitUntilActive("r", { pollIntervalMs: 200, timeoutMs: 60_000 })).toEqual(ACTIVE);
  expect(requests.map(({ url: path }) => path)).toEqual(Array(3).fill("/rooms/v2/app-1/connectioninfo/r?wait=3"));
});

test("a server that does not is polled", async () => {
  const { url, requests } = await startStubServer((request, response, count) => {
    json(200, count < 3 ? STARTING : ACTIVE)(request, response);
  });
  const began = performance.now();
  expect(await connect(url).waitUntilActive("r", { pollIntervalMs: 200 })).toEqual(ACTIVE);
  expect(performance.now() - began).toBeGreaterThan(380);
  expect(requests[0]?.url).toBe("/rooms/v2/app-1/connectioninfo/r?wait=25");
});

test("an answer that does not come costs no more than the client's deadline for a call", async () => {
  const { url, requests } = await startStubServer((request, response, count) => {
    if (count > 1) json(200, ACTIVE)(request, response);
  });
  const { roomsV2 } = new RoombridgeClient({ serverUrl: url, appId: "app-1", timeoutMs: 1_000 });
  expect(await roomsV2.waitUntilActive("r", { timeoutMs: 25_000, pollIntervalMs: 1 })).toEqual(ACTIVE);
  expect(requests.length).toBeGreaterThan(1);
});

test.each([400, 404, 422])("a %d ends it: the room will not become active", async (status) => {
  const { url, requests } = await startStubServer(json(status, { message: "the game server did not start" }));
  const error = await failureOf(connect(url).waitUntilActive("r"));
  expect(error).toMatchObject({ code: "api", status, message: "the game server did not start" });
  expect(requests).toHaveLength(1);
});

test("a timeout tells what was in the way", async () => {
  const { url, requests } = await startStubServer(json(503, { message: "maintenance" }));
  // The pause is cut at the deadline.
  const error = await failureOf(connect(url).waitUntilActive("r", { timeoutMs: 1_000, pollIntervalMs: 3_600_000 }));
  expect(error).toMatchObject({ code: "timeout", message: "room r was not active within 1000 ms" });
  expect(error.cause).toMatchObject({ code: "api", status: 503, message: "maintenance" });
  expect(requests).toHaveLength(1);
});

test("the caller's signal ends a long pause at once", async () => {
  const { url, requests } = await startStubServer(json(200, STARTING));
  const abort = new AbortController();
  const waiting = failureOf(connect(url).waitUntilActive("r", { pollIntervalMs: 2 ** 31 - 1, signal: abort.signal }));
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(1);
  abort.abort();
  expect(await waiting).toMatchObject({ code: "aborted" });
  expect(requests).toHaveLength(1);
});
