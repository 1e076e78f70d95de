import { RoomNotFoundException, RoomService, RoomServiceClient } from "@roombridge/models/thrift";
import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import type { Telemetry } from "@roombridge/service";
import { openTelemetry } from "@roombridge/service/telemetry";
import {
  createTenant,
  createTestDatabase,
  openTestRooms,
  type OtlpReceiver,
  startOtlpReceiver,
  waitFor,
} from "@roombridge/testing";
import { createProcessor, ThriftClient, ThriftServer } from "@roombridge/thrift";
import { afterAll, beforeAll, expect, test } from "vitest";
import { measureCalls, traceCalls } from "./observe-calls.ts";
import { createRoomService } from "./room-service.ts";

const closing: (() => Promise<unknown>)[] = [];
let receiver: OtlpReceiver;
let telemetry: Telemetry;
let rooms: RoomsContext;
let service: RoomServiceClient;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const sampler = { name: "always_on", ratio: 1 } as const;
  telemetry = await openTelemetry({
    resource: { "service.name": "rtc" },
    listener: { host: "127.0.0.1", port: 0 },
    metrics: undefined,
    traces: { url: `${receiver.url}/v1/traces`, headers: {}, timeoutMs: 5_000, delayMs: 20, sampler },
  });
  const database = await createTestDatabase();
  rooms = openTestRooms(database.url, {}, { observer: telemetry.database });
  const { application } = await createTenant(rooms.database);
  const handler = createRoomService(rooms, { application, region: "Washington_DC", listsMax: 10 });
  const { tracing } = telemetry;
  const traced = tracing ? traceCalls(tracing, handler) : handler;
  const server = new ThriftServer({
    processors: [createProcessor(RoomService, traced)],
    onEvent: measureCalls(telemetry),
  });
  const client = new ThriftClient({ port: await server.listen({ port: 0 }) });
  service = new RoomServiceClient(client);
  closing.push(
    () => client.close(),
    () => server.close(),
    () => closeRooms(rooms),
    () => telemetry.close(),
    () => database.drop(),
    () => receiver.close(),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
});

test("a call is a trace with its statements, and a room that is not there is an answer", async () => {
  const { id } = await service.create();
  await expect(service.get("nobody")).rejects.toBeInstanceOf(RoomNotFoundException);
  expect((await service.lists()).map((room) => room.id)).toEqual([id]);
  expect(await service.pppbool(true)).toBe(true);

  const span = (name: string) => waitFor(() => receiver.spans.find((found) => found.name === name), { what: name });
  const created = await span("RoomService/create");
  const placed = await span("SELECT create_rooms_within_quota");
  expect(placed.traceId).toBe(created.traceId);
  expect(await span("RoomService/get")).toMatchObject({ status: 0, parentSpanId: undefined });
  expect((await span("RoomService/lists")).traceId).not.toBe(created.traceId);

  const text = await (await fetch(`http://127.0.0.1:${telemetry.port}/metrics`)).text();
  for (const series of [
    'rpc_server_call_duration_seconds_count{rpc_system_name="thrift",rpc_method="RoomService/create"} 1',
    'rpc_server_call_duration_seconds_count{rpc_system_name="thrift",rpc_method="RoomService/get",error_type="exception"} 1',
    'rpc_server_call_duration_seconds_count{rpc_system_name="thrift",rpc_method="RoomService/pppbool"} 1',
  ])
    expect(text).toContain(series);
  for (const hidden of [id, "nobody"]) expect(text).not.toContain(hidden);
});
