import { describe, expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { json, startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient } from "../index.ts";

const connection = { roomId: "r", status: "starting", additionalExposedPorts: [] };
const created = { ...connection, processId: "p" };
const room = { appId: "a", roomId: "r", status: "active", currentAllocation: null, allocations: [] };

function roomsOf(serverUrl: string, timeoutMs?: number) {
  const retry = false;
  return new RoombridgeClient({ serverUrl, token: "top-secret", appId: "app-1", timeoutMs, retry }).roomsV2;
}

describe("requests", () => {
  test("carry the token as Bearer, JSON with a body, and our name", async () => {
    const { url, requests } = await startStubServer(json(201, created));
    await roomsOf(url).createRoom({ region: "Dallas" });
    expect(requests[0]).toMatchObject({ method: "POST", url: "/rooms/v2/app-1/create" });
    expect(requests[0]?.headers).toMatchObject({
      authorization: "Bearer top-secret",
      "content-type": "application/json",
      accept: "application/json, application/octet-stream",
      "user-agent": "roombridge-client",
    });
  });

  test("for connection info keep the token back: the call is public", async () => {
    const { url, requests } = await startStubServer(json(200, connection));
    await roomsOf(url).getConnectionInfo("r");
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
    expect(requests[0]?.headers).not.toHaveProperty("content-type");
  });

  test("go through a fetch of the caller's", async () => {
    const { url } = await startStubServer(json(200, connection));
    const asked: unknown[] = [];
    const counting: typeof fetch = (input, init) => {
      asked.push(input);
      return fetch(input, init);
    };
    const { roomsV2 } = new RoombridgeClient({ serverUrl: url, appId: "app-1", fetch: counting });
    await roomsV2.getConnectionInfo("r");
    expect(asked).toEqual([`${url}/rooms/v2/app-1/connectioninfo/r`]);
  });
});

describe("answers", () => {
  test("words that this release does not know pass through", async () => {
    const port = { host: "h", port: 1, transportType: "quic", name: "default", extra: 1 };
    const { url } = await startStubServer(
      json(200, { roomId: "r", status: "warming", exposedPort: port, additionalExposedPorts: [port], extra: 1 }),
    );
    const { extra: _, ...known } = port;
    expect(await roomsOf(url).getConnectionInfo("r")).toEqual({
      roomId: "r",
      status: "warming",
      exposedPort: known,
      additionalExposedPorts: [known],
    });
  });

  test("what Hathora leaves out is filled in: iceServers, roomConfig", async () => {
    const hathora = await startStubServer(json(201, created));
    expect(await roomsOf(hathora.url).createRoom({ region: "Dallas" })).toMatchObject({ iceServers: [] });
    const { url } = await startStubServer(json(200, room));
    expect(await roomsOf(url).getRoomInfo("r")).toMatchObject({ roomConfig: null });
  });

  test.each([
    ["a missing field", { roomId: "r", status: "active" }, "answer.additionalExposedPorts is not a list"],
    ["a wrong type", { ...connection, status: 1 }, "answer.status is not a string"],
    [
      "a wrong type inside",
      { ...connection, additionalExposedPorts: [{ host: "h", port: "1", transportType: "tcp", name: "x" }] },
      "answer.additionalExposedPorts.0.port is not a whole number",
    ],
    ["a list", [], "answer is not an object"],
    ["null", null, "answer is not an object"],
  ])("%s is an invalid_response that names it", async (_, body, message) => {
    const { url } = await startStubServer(json(200, body));
    expect(await failureOf(roomsOf(url).getConnectionInfo("r"))).toMatchObject({ code: "invalid_response", message });
  });

  test("a date that is none", async () => {
    const allocation = { roomAllocationId: "a", processId: "p", scheduledAt: "soon", unscheduledAt: null };
    const { url } = await startStubServer(json(200, { ...room, allocations: [allocation] }));
    const error = await failureOf(roomsOf(url).getRoomInfo("r"));
    expect(error.message).toBe("answer.allocations.0.scheduledAt is not a date");
  });

  test("a page instead of JSON, and another success than the promised one", async () => {
    const page = await startStubServer((_, response) => response.end("<html>"));
    expect(await failureOf(roomsOf(page.url).getConnectionInfo("r"))).toMatchObject({
      code: "invalid_response",
      status: 200,
    });
    const { url } = await startStubServer(json(200, created));
    const error = await failureOf(roomsOf(url).createRoom({ region: "Dallas" }));
    expect(error).toMatchObject({ code: "invalid_response", status: 200, isRetryable: false });
  });
});

describe("failures", () => {
  test.each([
    [502, true],
    [503, true],
    [500, true],
    [408, true],
    [409, false],
  ])("an error %d that is not ours has its status; retryable: %j", async (status, isRetryable) => {
    const { url } = await startStubServer((_, response) => response.writeHead(status).end("<html>"));
    const error = await failureOf(roomsOf(url).destroyRoom("r"));
    expect(error).toMatchObject({ code: "api", status, isRetryable, message: `the server answered ${status}` });
  });

  test.each([
    ["7", 7],
    [new Date(Date.now() - 60_000).toUTCString(), 0],
    ["soon", undefined],
  ])("Retry-After %s is %j seconds", async (header, seconds) => {
    const { url } = await startStubServer(json(429, { message: "later" }, { "retry-after": header }));
    expect((await failureOf(roomsOf(url).getRoomInfo("r"))).retryAfterSeconds).toBe(seconds);
  });

  test("nobody listens: network, retryable", async () => {
    const error = await failureOf(roomsOf("http://127.0.0.1:1").getRoomInfo("r"));
    expect(error).toMatchObject({ code: "network", isRetryable: true, status: undefined });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("a redirect is not followed: the token stays where it was sent", async () => {
    const other = await startStubServer(json(200, room));
    const { url } = await startStubServer((_, response) => response.writeHead(307, { location: other.url }).end());
    expect(await failureOf(roomsOf(url).getRoomInfo("r"))).toMatchObject({
      code: "invalid_response",
      status: 307,
      isRetryable: false,
      message: "the server redirects: give the client the URL behind it",
    });
    expect(other.requests).toEqual([]);
  });

  test("no answer, and half of one, run into the deadline", async () => {
    const silent = await startStubServer(() => {});
    expect(await failureOf(roomsOf(silent.url, 50).getRoomInfo("r"))).toMatchObject({
      code: "timeout",
      message: "no answer within 50 ms",
    });
    const half = await startStubServer((_, response) => response.writeHead(200).write("{"));
    const error = await failureOf(roomsOf(half.url).getRoomInfo("r", { timeoutMs: 200 }));
    expect(error.code).toBe("timeout");
  });

  test("the caller's signal ends the call, also before it begins", async () => {
    const { url } = await startStubServer(() => {});
    const abort = new AbortController();
    const call = failureOf(roomsOf(url).getRoomInfo("r", { signal: abort.signal }));
    abort.abort();
    expect(await call).toMatchObject({ code: "aborted", isRetryable: false });
    expect(await failureOf(roomsOf(url).getRoomInfo("r", { signal: AbortSignal.abort() }))).toMatchObject({
      code: "aborted",
    });
  });
});
