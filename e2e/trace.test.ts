import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  type OtlpReceiver,
  type ReceivedSpan,
  REPOSITORY_ROOT,
  requireProgram,
  startOtlpReceiver,
  waitFor,
} from "@roombridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requirePythonThrift } from "./test/debian-python.ts";
import { client, newDataDir, removeRoombridge, type Roombridge, startRoombridge } from "./test/roombridge.ts";

/** A trace and a span of a caller that records. */
const CALLER_SPAN = "00000000000000ab";
const traceparent = (traceId: string) => `00-${traceId}-${CALLER_SPAN}-01`;

let receiver: OtlpReceiver;
let roombridge: Roombridge;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  roombridge = await startRoombridge(await newDataDir(), {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRICS_EXPORTER: "none",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
});

afterAll(async () => {
  await removeRoombridge(roombridge);
  await receiver.close();
});

/** The path from the face to the running game server, as soon as the last of its spans has arrived. */
async function expectWholeTrace(traceId: string, face: { readonly service: string; readonly name: string }) {
  const find = (service: string, name: string | RegExp) => {
    const matches = (span: ReceivedSpan) => (typeof name === "string" ? span.name === name : name.test(span.name));
    const what = `${String(name)} of ${service}`;
    const found = () =>
      receiver.spans.find((span) => span.traceId === traceId && span.service === service && matches(span));
    return waitFor(found, { what, timeoutMs: 30_000 });
  };
  const call = await find(face.service, face.name);
  expect(call.parentSpanId).toBe(CALLER_SPAN);
  const batch = await find(face.service, "place rooms");
  expect(batch.parentSpanId).toBe(call.spanId);
  const statement = await find(face.service, /^SELECT create_rooms/);
  expect(statement.parentSpanId).toBe(batch.spanId);

  const start = await find("roombridge-host", "start game server");
  expect(start.parentSpanId).toBe(batch.spanId);
  expect(await find("roombridge-host", "UPDATE processes")).toBeDefined();
  expect((await find("roombridge-host", "game server boots")).attributes["roombridge.process.id"]).toBe(
    start.attributes["roombridge.process.id"],
  );
  await roombridge.app.line(new RegExp(`"trace_id":"${traceId}".*"game server started"`));
}

test("an HTTP create is one trace, from its caller over the statement to the game server that boots", async () => {
  const traceId = "a".repeat(32);
  const { gateway, appId, token } = roombridge;
  const answer = await fetch(`${gateway}/rooms/v2/${appId}/create`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, traceparent: traceparent(traceId) },
    body: JSON.stringify({ region: "Tokyo" }),
  });
  expect(answer.status).toBe(201);
  await expectWholeTrace(traceId, { service: "roombridge-gateway", name: "POST /rooms/v2/{appId}/create" });
});

const compiler = requireProgram("thrift", "thrift-compiler");
const python = requirePythonThrift();

test.skipIf(!compiler || !python)("so is a Thrift create, whose caller names the trace in a THeader", async () => {
  const traceId = "b".repeat(32);
  execFileSync(compiler ?? "", ["--gen", "py", "-out", roombridge.dataDir, join(REPOSITORY_ROOT, "idl/room.thrift")]);
  const script = join(import.meta.dirname, "test/traced-call.py");
  const args = [script, String(roombridge.rtcPort), roombridge.dataDir, traceparent(traceId)];
  const roomId = execFileSync(python ?? "", args, { encoding: "utf8", timeout: 30_000 }).trim();
  await expectWholeTrace(traceId, { service: "roombridge-rtc", name: "RoomService/create" });
  await client(roombridge).roomsV2.destroyRoom(roomId);
});
