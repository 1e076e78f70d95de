import { closeRooms } from "@roombridge/rooms";
import { openTelemetry } from "@roombridge/service/telemetry";
import { createTestDatabase, openTestRooms, startOtlpReceiver, TEST_REGION, waitFor } from "@roombridge/testing";
import type { Telemetry } from "@roombridge/service";
import type { OtlpReceiver, ReceivedSpan } from "@roombridge/testing";
import type { RoomsContext } from "@roombridge/rooms";
import type { Hono } from "hono";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asCaller, createGame, type Game } from "../test/suite.ts";
import { createApp } from "./app.ts";

let receiver: OtlpReceiver;
let telemetry: Telemetry;
let rooms: RoomsContext;
let app: Hono;
let game: Game;
const lines: Record<string, unknown>[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const database = await createTestDatabase();
  telemetry = await openTelemetry({
    resource: { "service.name": "gateway" },
    listener: { host: "127.0.0.1", port: 0 },
    metrics: undefined,
    traces: {
      url: `${receiver.url}/v1/traces`,
      headers: {},
      timeoutMs: 5_000,
      delayMs: 20,
      sampler: { name: "parentbased_always_on", ratio: 1 },
    },
  });
  rooms = openTestRooms(database.url, {}, { observer: telemetry.database });
  const { tracing } = telemetry;
  const log = pino(
    { level: "info", mixin: () => tracing?.logFields() ?? {} },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  app = createApp({ rooms, log, lifecycle: { isDraining: false }, telemetry });
  game = await createGame(rooms, { roomsPerProcess: 1 });
  closing.push(
    () => closeRooms(rooms),
    () => telemetry.close(),
    () => database.drop(),
    () => receiver.close(),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
});

function create(roomId: string, headers: Record<string, string> = {}): Promise<Response> {
  return Promise.resolve(
    app.request(`/rooms/v2/${game.appId}/create?roomId=${roomId}`, {
      method: "POST",
      headers: { ...asCaller(game.token), ...headers },
      body: JSON.stringify({ region: TEST_REGION, roomConfig: "a secret of the game" }),
    }),
  );
}

function destroy(roomId: string, headers: Record<string, string>): Promise<Response> {
  return Promise.resolve(
    app.request(`/rooms/v2/${game.appId}/destroy/${roomId}`, {
      method: "POST",
      headers: { ...asCaller(game.token), ...headers },
    }),
  );
}

/** The spans of a trace, as soon as the one of the request is there: it ends last. */
async function traceOf(traceId: string): Promise<readonly ReceivedSpan[]> {
  const own = () => receiver.spans.filter((span) => span.traceId === traceId);
  await waitFor(() => own().some(({ name }) => name.startsWith("POST ")), { what: "the request's span" });
  return own();
}

async function scrape(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${telemetry.port}/metrics`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** The only line of a metric with these labels. */
function seriesOf(text: string, name: string, ...labels: readonly string[]): string {
  const found = text
    .split("\n")
    .filter((line) => line.startsWith(name) && labels.every((label) => line.includes(label)));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

const traceId = (digit: string) => digit.repeat(32);
const traceparent = (digit: string, flags = "01") => `00-${traceId(digit)}-00000000000000ab-${flags}`;

test("a request is a span in its caller's trace, and what it asks of the database are spans below it", async () => {
  expect((await create("traced", { traceparent: traceparent("1") })).status).toBe(201);
  const spans = await traceOf(traceId("1"));
  const request = spans.find(({ name }) => name === "POST /rooms/v2/{appId}/create");
  expect(request).toMatchObject({
    parentSpanId: "00000000000000ab",
    attributes: { "http.response.status_code": "201", "http.route": "/rooms/v2/{appId}/create" },
  });
  const batch = spans.find(({ name }) => name === "place rooms");
  expect(batch?.parentSpanId).toBe(request?.spanId);
  const placing = spans.find(({ name }) => name === "SELECT create_rooms_within_quota");
  expect(placing?.parentSpanId).toBe(batch?.spanId);
  expect(placing?.attributes["db.query.text"]).toContain("from create_rooms_within_quota( $1");
});

test("the process that a request starts keeps its trace for the host", async () => {
  const answer = await create("starts", { traceparent: traceparent("2") });
  const { processId } = (await answer.json()) as { readonly processId: string };
  const spans = await traceOf(traceId("2"));
  const batch = spans.find(({ name }) => name === "place rooms");
  const { sql } = rooms.database;
  const [row] = await sql`select traceparent from processes where process_id = ${processId}`;
  expect(row?.["traceparent"]).toBe(`00-${traceId("2")}-${batch?.spanId}-01`);
});

test.each([
  { what: "placed", digits: ["3", "4", "5"], name: "place rooms", statement: "SELECT create_rooms_within_quota" },
  { what: "destroyed", digits: ["a", "b", "c"], name: "destroy rooms", statement: "SELECT destroy_rooms" },
])("requests whose rooms are $what together point to the trace that has the statement", async (row) => {
  const { what, digits, name, statement } = row;
  if (what === "destroyed") await Promise.all(digits.map((digit) => create(`together-${digit}`)));
  const ask = what === "destroyed" ? destroy : create;
  await Promise.all(digits.map((digit) => ask(`together-${digit}`, { traceparent: traceparent(digit) })));
  const traces = await Promise.all(digits.map((digit) => traceOf(traceId(digit))));
  const batches = traces.flat().filter((span) => span.name === name);
  const statements = traces.flat().filter((span) => span.name === statement);
  expect(batches).toHaveLength(3);
  for (const batch of batches) {
    const holds = statements.some(({ parentSpanId }) => parentSpanId === batch.spanId);
    const points = batch.links.some(({ spanId }) => statements.some(({ parentSpanId }) => parentSpanId === spanId));
    expect(holds || points).toBe(true);
  }
});

test("what the log says of a request names its trace", async () => {
  await create("logged", { traceparent: traceparent("6") });
  const line = lines.find((record) => record["trace_id"] === traceId("6"));
  expect(line).toMatchObject({ operation: "CreateRoom", status: 201, span_id: expect.stringMatching(/^[\da-f]{16}$/) });
});

test("a caller without a token decides neither about recording nor about the trace", async () => {
  const answer = await app.request(`/rooms/v2/${game.appId}/connectioninfo/nobody`, {
    headers: { traceparent: traceparent("7", "00") },
  });
  expect(answer.status).toBe(404);
  const span = await waitFor(() => receiver.spans.find(({ name }) => name.endsWith("/connectioninfo/{roomId}")), {
    what: "its span",
  });
  expect(span.parentSpanId).toBeUndefined();
  expect(span).toMatchObject({ status: 0, attributes: { "error.type": "room_not_found" } });
});

test("a trace that its caller does not record is not recorded here either", async () => {
  await create("unrecorded", { traceparent: traceparent("8", "00") });
  await create("recorded", { traceparent: traceparent("9") });
  await traceOf(traceId("9"));
  expect(receiver.spans.some((span) => span.traceId === traceId("8"))).toBe(false);
});

test("metrics count requests by route, status and reason, and statements", async () => {
  await create("twice");
  await create("twice");
  await app.request("/made/up/path", { method: "BREW" });
  await app.request("/healthz");
  const text = await scrape();
  const refused = ['http_route="/rooms/v2/{appId}/create"', 'error_type="room_exists"', 'status_code="400"'];
  expect(seriesOf(text, "http_server_request_duration_seconds_count", ...refused)).toMatch(/ 1$/);
  expect(seriesOf(text, "http_server_request_duration_seconds_count", '"_OTHER"', '"NotFound"')).toMatch(/ 1$/);
  const statement = 'db_query_summary="SELECT create_rooms_within_quota"';
  expect(seriesOf(text, "db_client_operation_duration_seconds_count", statement)).toMatch(/ \d+$/);
  expect(seriesOf(text, "http_server_active_requests", '"POST"')).toMatch(/ 0$/);
  // What the gateway reads in the background may be under way.
  await waitFor(async () => seriesOf(await scrape(), "roombridge_db_statements_in_flight").endsWith(" 0"), {
    what: "no statement in flight",
  });
  expect(seriesOf(text, "process_memory_usage_bytes")).toMatch(/ \d+$/);
});

test("neither metrics nor traces hold tokens, configurations or ids of rooms as labels", async () => {
  const text = await scrape();
  for (const secret of [game.token, "a secret of the game", "BREW", "together-3", game.appId])
    expect(text).not.toContain(secret);
  for (const secret of [game.token, "a secret of the game"]) expect(receiver.raw()).not.toContain(secret);
});

test("anything but GET /metrics is refused", async () => {
  const answer = await fetch(`http://127.0.0.1:${telemetry.port}/`);
  expect(answer.status).toBe(404);
});
