import { getRoomInfo, RoomError } from "@roombridge/rooms";
import { TEST_REGION, waitFor } from "@roombridge/testing";
import { Readable } from "node:stream";
import { HonoRequest } from "hono/request";
import { pino } from "pino";
import { expect, test } from "vitest";
import { asCaller, createGame, read, useGateway } from "../test/suite.ts";
import type { Answer } from "./answer.ts";
import { createApp } from "./app.ts";
import type { Operation } from "./operation.ts";
import { getConnectionInfoOperation } from "./routes/get-connection-info.ts";

const suite = useGateway();

/** A gateway that waits 50 ms for an answer, with what it logs. */
function hastyGateway(operations?: readonly Operation[]) {
  const { rooms } = suite();
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const app = createApp({ rooms, log, lifecycle: { isDraining: false }, requestMs: 50 }, operations);
  return { app, lines };
}

test("a create that takes too long is 408, and done all the same", async () => {
  const { rooms } = suite();
  const { app, lines } = hastyGateway();
  const { appId, token, application } = await createGame(rooms);
  const { sql } = rooms.database;
  const create = (roomId: string, to = app) => {
    const body = JSON.stringify({ region: TEST_REGION });
    return read(
      to.request(`/rooms/v2/${appId}/create?roomId=${roomId}`, { method: "POST", headers: asCaller(token), body }),
    );
  };
  await create("first", suite().app);
  await sql.begin(async (holder) => {
    await holder`select lock_pool(pool_id) from pools where app_id = ${application.appId}`;
    expect(await create("second")).toEqual({
      status: 408,
      body: { message: "no answer within 0.05 s; it may still be done, so look it up before you ask again" },
    });
  });
  await waitFor(() => lines.some((line) => /"status":201.*"ended after its deadline"/.test(line)), {
    what: "the log to tell how it ended",
  });
  expect(await getRoomInfo(rooms, appId, "second")).toMatchObject({ status: "active" });
});

/** GetConnectionInfo with a handler that ends when the test says so. */
function scripted(patienceSeconds?: number) {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const operation = { ...getConnectionInfoOperation, handle: () => promise };
  const gateway = hastyGateway([
    patienceSeconds === undefined ? operation : { ...operation, patienceSeconds: () => patienceSeconds },
  ]);
  const ask = () => gateway.app.request("/rooms/v2/app-1/connectioninfo/room-1");
  return { ...gateway, ask, resolve, reject };
}

test("a read that takes too long is 408, which pages can read too; its failure is in the log", async () => {
  const { ask, reject, lines } = scripted();
  const response = await ask();
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await read(response)).toEqual({ status: 408, body: { message: "no answer within 0.05 s; ask again" } });
  reject(new RoomError("internal", "the database sleeps"));
  await waitFor(() => lines.some((line) => /the database sleeps.*"ended after its deadline"/.test(line)), {
    what: "the log to tell how it ended",
  });
});

test.each([
  [undefined, 0],
  ["25", 25],
  ["999", 25],
  ["-1", 0],
  ["x", 0],
])("who asks connection info to wait %s has %i s more", (wait, seconds) => {
  const query = wait === undefined ? "" : `?wait=${wait}`;
  const request = new HonoRequest(new Request(`http://a.example/${query}`));
  expect(getConnectionInfoOperation.patienceSeconds?.(request)).toBe(seconds);
});

test("a stream that begins too late is closed", async () => {
  const stream = new Readable({ read() {} });
  const operation: Operation = {
    ...getConnectionInfoOperation,
    route: {
      ...getConnectionInfoOperation.route,
      responses: { 200: { content: { "application/octet-stream": {} }, description: "" } },
    },
    handle: () => late.promise,
  };
  const late = Promise.withResolvers<Answer>();
  const { app } = hastyGateway([operation]);
  expect((await app.request("/rooms/v2/app-1/connectioninfo/room-1")).status).toBe(408);
  late.resolve({ status: 200, stream });
  await waitFor(() => stream.destroyed, { what: "the end of the stream" });
});

test("an operation whose caller asked it to wait has so much longer", async () => {
  const { ask, resolve } = scripted(60);
  const asked = ask();
  // Later than the deadline of the others.
  setTimeout(
    () => resolve({ status: 200, body: { roomId: "r", status: "starting", additionalExposedPorts: [] } }),
    200,
  );
  expect((await asked).status).toBe(200);
});
