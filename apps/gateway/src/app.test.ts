import { openTestRooms, TEST_REGION } from "@roombridge/testing";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { asCaller, createGame, read, useGateway } from "../test/suite.ts";
import { createApp } from "./app.ts";

const suite = useGateway();

/** A gateway whose database is not there, with everything it logs. */
function brokenGateway() {
  const lines: string[] = [];
  const rooms = openTestRooms("postgres://nobody:db-password@127.0.0.1:1/none");
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  return { app: createApp({ rooms, log, lifecycle: { isDraining: false } }), lines };
}

describe("what is not there", () => {
  test.each(["/", "/rooms", "/rooms/v3/app-1", "/docs/x", "/roomsv2/app-1/info/x", "/ROOMS/v2/app-1/info/x"])(
    "404 with a JSON message for %s",
    async (path) => {
      const response = await suite().app.request(path);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await read(response)).toEqual({
        status: 404,
        body: { message: "there is nothing at this path; see /docs" },
      });
    },
  );

  test.each([
    ["GET", "/rooms/v2/app-1/create", "OPTIONS, POST"],
    ["DELETE", "/rooms/v2/app-1/info/room-1", "GET, HEAD, OPTIONS"],
    ["POST", "/rooms/v2/app-1/connectioninfo/room-1", "GET, HEAD, OPTIONS"],
    ["PUT", "/rooms/v2/app-1/destroy/room-1", "OPTIONS, POST"],
    ["POST", "/healthz", "GET, HEAD"],
  ])("405 with Allow for %s %s", async (method, path, allow) => {
    const response = await suite().app.request(path, { method });
    expect(response.headers.get("allow")).toBe(allow);
    expect(await read(response)).toEqual({ status: 405, body: { message: expect.any(String) } });
  });
});

describe("CORS", () => {
  test.each(["/rooms/v2/app-1/connectioninfo/room-1", "/rooms/v2/app-1/info/room-1"])(
    "the preflight of %s allows Authorization and Content-Type from any page",
    async (path) => {
      const headers = { origin: "https://game.example", "access-control-request-method": "GET" };
      const response = await suite().app.request(path, { method: "OPTIONS", headers });
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("access-control-allow-headers")).toBe("Authorization, Content-Type");
    },
  );

  test("errors can be read too, and Retry-After with them", async () => {
    const response = await suite().app.request("/rooms/v2/app-1/connectioninfo/unknown");
    expect(response.status).toBe(404);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-expose-headers")).toContain("Retry-After");
  });

  test("operations of the backend are not for pages", async () => {
    for (const method of ["OPTIONS", "POST"]) {
      const response = await suite().app.request("/rooms/v2/app-1/create", { method });
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("health", () => {
  test("alive and ready", async () => {
    expect(await read(suite().app.request("/healthz"))).toEqual({ status: 200, body: { status: "alive" } });
    expect(await read(suite().app.request("/readyz"))).toEqual({ status: 200, body: { status: "ready" } });
  });

  test("without a database it is alive but not ready", async () => {
    const { app } = brokenGateway();
    expect((await app.request("/healthz")).status).toBe(200);
    expect(await read(app.request("/readyz"))).toEqual({
      status: 503,
      body: { message: "the database does not answer" },
    });
  });

  test("while it drains it is not ready, and every answer closes its connection", async () => {
    const app = createApp({ ...suite(), lifecycle: { isDraining: true } });
    expect(await read(app.request("/readyz"))).toEqual({ status: 503, body: { message: "draining" } });
    const response = await app.request("/rooms/v2/app-1/connectioninfo/unknown");
    expect([response.status, response.headers.get("connection")]).toEqual([404, "close"]);
  });
});

describe("every answer", () => {
  test("has a request id of its own and is not cached", async () => {
    const answers = await Promise.all(
      ["/healthz", "/nothing", "/openapi.json"].map(async (path) => suite().app.request(path)),
    );
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    expect(new Set(ids).size).toBe(3);
    for (const { headers } of answers) expect(headers.get("cache-control")).toBe("no-store");
  });

  test("an unforeseen failure says nothing but the request id; the log has the cause under the same id", async () => {
    const { app, lines } = brokenGateway();
    const response = await app.request("/rooms/v2/app-1/info/room-1", {
      headers: { authorization: "Bearer top-secret" },
    });
    const requestId = response.headers.get("x-request-id") ?? "";
    const { status, body } = await read(response);
    expect(status).toBe(500);
    expect(body).toEqual({ message: expect.stringMatching(/^something failed on our side; .*\(request [\w-]+\)$/) });
    expect(JSON.stringify(body)).toContain(requestId);
    expect(JSON.stringify(body)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    const [failure, access] = lines.map((line): unknown => JSON.parse(line));
    expect(failure).toMatchObject({
      requestId,
      operation: "GetRoomInfo",
      err: { message: expect.stringContaining("ECONNREFUSED") },
    });
    expect(access).toMatchObject({
      requestId,
      operation: "GetRoomInfo",
      status: 500,
      path: "/rooms/v2/app-1/info/room-1",
    });
    expect(lines.join("")).not.toMatch(/top-secret|db-password/);
  });

  test("polls that succeed are logged at debug, refusals and everything else at info", async () => {
    const { rooms } = suite();
    const { appId, token } = await createGame(rooms);
    const lines: string[] = [];
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const app = createApp({ rooms, log, lifecycle: { isDraining: false } });
    const calls = [
      ["POST", "create?roomId=r"],
      ["POST", "resume/r"],
      ["GET", "connectioninfo/r"],
      ["POST", "resume/unknown"],
    ] as const;
    for (const [method, path] of calls) {
      const body = method === "POST" ? { body: JSON.stringify({ region: TEST_REGION }) } : {};
      await app.request(`/rooms/v2/${appId}/${path}`, { method, headers: asCaller(token), ...body });
    }
    const logged = lines.map((line) => JSON.parse(line)).map(({ operation, level }) => [operation, level]);
    const [debug, info] = [20, 30];
    expect(logged).toEqual([
      ["CreateRoom", info],
      ["ResumeRoom", debug],
      ["GetConnectionInfo", debug],
      ["ResumeRoom", info],
    ]);
  });

  test("the access log has neither body nor query", async () => {
    const { app, lines } = brokenGateway();
    const body = JSON.stringify({ region: "Dallas", roomConfig: "private words" });
    const init = { method: "POST", body, headers: { authorization: "Bearer top-secret" } };
    await app.request("/rooms/v2/app-1/create?roomId=from-query", init);
    expect(lines.join("")).toContain("CreateRoom");
    expect(lines.join("")).not.toMatch(/private words|top-secret|from-query/);
  });
});
