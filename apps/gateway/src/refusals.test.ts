import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bodiesOf, spoiled, toJsonSchema } from "../test/schema-bodies.ts";
import { scriptOperation } from "../test/scripted-operation.ts";
import { sdkOperation, sdkRefusal, sdkSchema } from "../test/sdk-operations.ts";
import type { Answer } from "./answer.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { documentedAnswers } from "./serialize.ts";

// Whatever a handler of ours would answer one day by mistake: the published clients never see what they refuse.

function operationNamed(operationId: string): Operation {
  const operation = OPERATIONS.find(({ route }) => route.operationId === operationId);
  if (operation === undefined) throw new Error(`no operation ${operationId}`);
  return operation;
}

const port = { transportType: "tcp", port: 1, host: "a", name: "default" };
const connection = { roomId: "r", status: "active", exposedPort: port, additionalExposedPorts: [] };
const created = { ...connection, processId: "p", iceServers: [] };
const scheduledAt = "2026-05-06T10:00:00.000Z";
const allocation = { roomAllocationId: "a", processId: "p", scheduledAt, unscheduledAt: null };
const room = {
  appId: "a",
  roomId: "r",
  status: "active",
  roomConfig: null,
  currentAllocation: allocation,
  allocations: [allocation],
};

const GOOD: Readonly<Record<string, Answer>> = {
  CreateRoom: { status: 201, body: created },
  GetConnectionInfo: { status: 200, body: connection },
  GetRoomInfo: { status: 200, body: room },
};

describe("an answer that published clients refuse leaves as a 500", () => {
  test.each<[string, string, Answer]>([
    ["1: a null exposedPort", "GetConnectionInfo", { status: 200, body: { ...connection, exposedPort: null } }],
    ["1: the same of create", "CreateRoom", { status: 201, body: { ...created, exposedPort: null } }],
    ["2: 200 for a create", "CreateRoom", { status: 200, body: created }],
    ["3: a missing processId", "CreateRoom", { status: 201, body: { ...created, processId: undefined } }],
    [
      "4: missing additionalExposedPorts",
      "CreateRoom",
      { status: 201, body: { ...created, additionalExposedPorts: undefined } },
    ],
    ["6: a 422 without message", "CreateRoom", { status: 422, body: { error: "no" } }],
    ["7: a missing currentAllocation", "GetRoomInfo", { status: 200, body: { ...room, currentAllocation: undefined } }],
    [
      "8: an epoch date",
      "GetRoomInfo",
      { status: 200, body: { ...room, allocations: [{ ...allocation, scheduledAt: 1_778_061_600 }] } },
    ],
    [
      "8: a date as PostgreSQL prints it",
      "GetRoomInfo",
      { status: 200, body: { ...room, currentAllocation: { ...allocation, scheduledAt: "2026-05-06 10:00:00+00" } } },
    ],
    ["a RoomStatus of other days", "GetRoomInfo", { status: 200, body: { ...room, status: "suspended" } }],
    ["an unknown ready status", "GetConnectionInfo", { status: 200, body: { ...connection, status: "stopped" } }],
    [
      "an unknown transport",
      "GetConnectionInfo",
      { status: 200, body: { ...connection, exposedPort: { ...port, transportType: "quic" } } },
    ],
    ["200 with {} for a destroy", "DestroyRoom", { status: 200, body: {} }],
  ])("%s", async (_, operationId, answer) => {
    const { send } = scriptOperation(operationNamed(operationId));
    const { status, body, headers } = await send(answer);
    expect([status, headers.get("content-type")]).toEqual([500, "application/json"]);
    expect(body).toEqual({ message: expect.stringContaining("(request ") });
    const { success } = sdkOperation(operationId) ?? {};
    if (success?.schema === undefined || answer.status !== success.status) return;
    expect(sdkRefusal(sdkSchema(success.schema), answer.body)).toEqual(expect.any(String));
  });

  test("5: text/plain cannot even be asked for; a good answer leaves, as JSON", async () => {
    for (const [operationId, answer] of Object.entries(GOOD)) {
      const { send } = scriptOperation(operationNamed(operationId));
      const { status, body, headers } = await send({ ...answer, headers: { "content-type": "text/plain" } });
      expect({ status, body }).toEqual(answer);
      expect(headers.get("content-type")).toBe("application/json");
    }
  });
});

test("what the SDK refuses is known of unions too", () => {
  const union = sdkSchema("components.ConnectionInfo$inboundSchema");
  const active = { status: "active", transportType: "tcp", port: 1, host: "a", roomId: "r" };
  for (const good of [active, { status: "starting", roomId: "r" }]) expect(sdkRefusal(union, good)).toBeUndefined();
  for (const bad of [{ ...active, transportType: "quic" }, { ...active, status: "stopped" }, { status: "active" }]) {
    expect(sdkRefusal(union, bad)).toEqual(expect.any(String));
  }
});

const SUCCESSES_WITH_BODY = OPERATIONS.flatMap((operation) => {
  const { operationId } = operation.route;
  const theirs = sdkOperation(operationId)?.success.schema;
  return [...documentedAnswers(operation.route)]
    .filter(([status]) => status < 400)
    .flatMap(([status, schema]) =>
      schema && schema !== "stream"
        ? [{ operationId, operation, status, schema, theirs: theirs && sdkSchema(theirs) }]
        : [],
    );
});

describe.each(SUCCESSES_WITH_BODY)("$operationId", ({ operation, status, schema, theirs }) => {
  const { send } = scriptOperation(operation);
  const bodies = bodiesOf(toJsonSchema(schema));

  test("every body that we document leaves as it is, and the SDK reads it", async () => {
    const leavesAsItIs = fc.asyncProperty(bodies, async (body) => {
      const sent = await send({ status, body });
      expect([sent.status, sent.body]).toEqual([status, JSON.parse(JSON.stringify(body))]);
      if (theirs) expect(sdkRefusal(theirs, sent.body)).toBeUndefined();
    });
    await fc.assert(leavesAsItIs, { numRuns: 100 });
  });

  test("a spoiled body leaves mended or not at all", async () => {
    const isHarmless = fc.asyncProperty(spoiled(bodies), async (body) => {
      const sent = await send({ status, body });
      expect(sent.headers.get("content-type")).toBe("application/json");
      if (sent.status === 500) {
        expect(sent.body).toEqual({ message: expect.stringContaining("(request ") });
        return;
      }
      expect(sent.status).toBe(status);
      expect(schema.parse(sent.body)).toEqual(sent.body);
      if (theirs) expect(sdkRefusal(theirs, sent.body)).toBeUndefined();
    });
    await fc.assert(isHarmless, { numRuns: 300 });
  });
});

test.each(
  OPERATIONS.map((operation) => ({
    operation,
    operationId: operation.route.operationId,
    errors: [...documentedAnswers(operation.route).keys()].filter((status) => status >= 400),
  })).filter(({ errors }) => errors.length > 0),
)("every error of $operationId has exactly a message, whatever the handler answers", async ({ operation, errors }) => {
  const { send } = scriptOperation(operation);
  const bodies = fc.oneof(fc.record({ message: fc.string() }), spoiled(fc.record({ message: fc.string() })));
  const hasMessage = fc.asyncProperty(fc.constantFrom(...errors), bodies, async (status, body) => {
    const sent = await send({ status, body });
    expect([status, 500]).toContain(sent.status);
    expect(sent.body).toEqual({ message: expect.any(String) });
  });
  await fc.assert(hasMessage, { numRuns: 100 });
});
