import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { listsIn, misfits, ourShape, theirShape, type BodyShape } from "../test/body-shape.ts";
import { toJsonSchema } from "../test/schema-bodies.ts";
import { SDK_LISTS, SDK_OPERATIONS, sdkOperation, sdkSchema } from "../test/sdk-operations.ts";
import { read, useGateway } from "../test/suite.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { DOCUMENT_FILE, printDocument } from "./print-openapi.ts";
import { documentedAnswers } from "./serialize.ts";

const suite = useGateway();

/** What our answers have and Hathora's have not; published clients leave it out. */
const EXTRAS = ["iceServers"];
/** Operations that Hathora does not have. */
const ONLY_OURS = [
  "ListRooms",
  "CreateIceServers",
  "ListIceServers",
  "RevokeIceServers",
  "RegisterStaticProcess",
  "HeartbeatStaticProcess",
  "DeregisterStaticProcess",
  "FollowRoomEvents",
  "CreateWebhook",
  "ListWebhooks",
  "GetWebhook",
  "UpdateWebhook",
  "DeleteWebhook",
  "RotateWebhookSecret",
  "ListWebhookDeliveries",
  "ReplayWebhook",
];

describe("the OpenAPI document", () => {
  test("is served as it is printed", async () => {
    const { status, body } = await read(suite().app.request("/openapi.json"));
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(printDocument()));
  });

  test("is committed as the code prints it", async () => {
    expect(await readFile(DOCUMENT_FILE, "utf8")).toBe(printDocument());
  });
});

const ROUTES = OPERATIONS.map(({ route }) => ({ operationId: route.operationId, route }));

describe.each(ROUTES)("$operationId", ({ route }) => {
  const documented = documentedAnswers(route);

  test("documents one success, 401 if it needs a token, and 404 for what its path names", () => {
    expect([...documented.keys()].filter((status) => status < 400)).toHaveLength(1);
    if (route.security !== undefined) expect([...documented.keys()]).toContain(401);
    // To Hathora an application that is unknown has no public lobbies.
    if (route.path.includes("{") && route.operationId !== "ListActivePublicLobbies")
      expect([...documented.keys()]).toContain(404);
  });

  test("is known to the published SDK, or listed as ours", () => {
    expect(sdkOperation(route.operationId) === undefined).toBe(ONLY_OURS.includes(route.operationId));
  });
});

const SHARED = ROUTES.flatMap(({ operationId, route }) => {
  const sdk = sdkOperation(operationId);
  return sdk ? [{ operationId, route, sdk }] : [];
});

describe.each(SHARED)("$operationId, as the published SDK has it", ({ route, sdk }) => {
  const documented = documentedAnswers(route);
  const theirs = sdk.success.schema && theirShape(sdkSchema(sdk.success.schema));
  const success = documented.get(sdk.success.status);
  const schema = success === "stream" ? undefined : success;
  const ours = schema && ourShape(schema, "output");

  test("has its method, its path, its query and its success", () => {
    expect([route.method.toUpperCase(), route.path]).toEqual([sdk.method, sdk.path]);
    expect(queryOf(route)).toEqual(expect.arrayContaining([...sdk.query]));
    expect([...documented.keys()]).toContain(sdk.success.status);
  });

  test("needs a token if and only if the SDK sends one", () => {
    expect(route.security === undefined).toBe(sdk.isPublic);
  });

  test("documents no error that the SDK would not type", () => {
    const errors = [...documented.keys()].filter((status) => status >= 400);
    expect(errors.filter((status) => !sdk.errors.includes(status))).toEqual([]);
  });

  test("answers with all that the SDK requires, with null only where it takes null, and with nothing it does not know", () => {
    expect(schema === undefined).toBe(theirs === undefined);
    if (ours && theirs) expect(withoutExtras(misfits(ours, theirs))).toEqual([]);
  });

  test("takes what the SDK sends, and requires no more", () => {
    const taken = bodyOf(route);
    expect(taken === undefined).toBe(sdk.request === undefined);
    if (taken === undefined || sdk.request === undefined) return;
    expect(misfits(theirShape(sdkSchema(sdk.request)), withOpenLists(ourShape(taken, "input")))).toEqual([]);
  });

  test("has the SDK's closed lists, word for word", () => {
    const taken = bodyOf(route);
    for (const list of [...(ours ? listsIn(ours) : []), ...(taken ? listsIn(ourShape(taken, "input")) : [])]) {
      expect(SDK_LISTS).toContainEqual(list);
    }
  });
});

/** The names in a route's query. */
function queryOf({ request }: Operation["route"]): string[] {
  const query = request?.query;
  if (!(query instanceof z.ZodType)) return [];
  return Object.keys(toJsonSchema(query, "input").properties ?? {});
}

function bodyOf({ request }: Operation["route"]): z.ZodType | undefined {
  const media = request?.body?.content["application/json"];
  const schema = media && "schema" in media ? media.schema : undefined;
  return schema instanceof z.ZodType ? schema : undefined;
}

function withoutExtras(problems: readonly string[]): readonly string[] {
  return problems.filter((problem) => !EXTRAS.some((name) => problem.endsWith(`.${name} is unknown`)));
}

/** The SDK sends the words of a list as plain text; that ours has the same words is a test of its own. */
function withOpenLists(shape: BodyShape): BodyShape {
  const { words, fields, element, options } = shape;
  if (words) return { kind: "string" };
  const opened =
    fields && [...fields].map(([name, field]) => [name, { ...field, shape: withOpenLists(field.shape) }] as const);
  return {
    ...shape,
    ...(opened ? { fields: new Map(opened) } : {}),
    ...(element ? { element: withOpenLists(element) } : {}),
    ...(options ? { options: options.map(withOpenLists) } : {}),
  };
}

describe("the comparison itself", () => {
  const room = theirShape(sdkSchema("components.Room$inboundSchema"));
  const allocation = z.object({
    roomAllocationId: z.string(),
    processId: z.string(),
    scheduledAt: z.iso.datetime(),
    unscheduledAt: z.iso.datetime().nullable(),
  });
  const good = z.object({
    appId: z.string(),
    roomId: z.string(),
    status: z.enum(["scheduling", "active"]),
    currentAllocation: allocation.nullable(),
    allocations: z.array(allocation),
  });

  test.each([
    ["nothing in a body that fits", good, []],
    ["a missing field", good.omit({ roomId: true }), ["body.roomId may be missing"]],
    ["an optional field", good.partial({ currentAllocation: true }), ["body.currentAllocation may be missing"]],
    ["a null", good.extend({ appId: z.string().nullable() }), ["body.appId may be null"]],
    ["an unknown word", good.extend({ status: z.enum(["active", "suspended"]) }), ["body.status may be suspended"]],
    ["an open list", good.extend({ status: z.string() }), ["body.status is string, not words"]],
    ["a number", good.extend({ roomId: z.int() }), ["body.roomId is integer, not string"]],
    ["an unknown key", good.extend({ region: z.string() }), ["body.region is unknown"]],
    [
      "a date that may be anything, deep inside",
      good.extend({ allocations: z.array(allocation.extend({ scheduledAt: z.string() })) }),
      ["body.allocations[].scheduledAt is string, not date"],
    ],
  ])("finds %s", (_, schema, problems) => {
    expect(misfits(ourShape(schema, "output"), room)).toEqual(problems);
  });

  test("takes each kind of a union by itself", () => {
    const theirs = theirShape(sdkSchema("components.ConnectionInfo$inboundSchema"));
    const starting = z.object({ status: z.literal("starting"), roomId: z.string() });
    const active = starting.extend({
      status: z.literal("active"),
      transportType: z.enum(["tcp", "udp", "tls"]),
      port: z.int(),
      host: z.string(),
    });
    expect(misfits(ourShape(z.discriminatedUnion("status", [starting, active]), "output"), theirs)).toEqual([]);
    const late = z.discriminatedUnion("status", [starting, active.partial({ port: true })]);
    expect(misfits(ourShape(late, "output"), theirs)).toEqual(["body.port may be missing"]);
  });

  test("reads every operation of rooms and processes in the SDK", () => {
    for (const { namespace, success, request } of SDK_OPERATIONS) {
      if (!/^(rooms|processes)/.test(namespace)) continue;
      if (success.schema) expect(theirShape(sdkSchema(success.schema)).kind).toEqual(expect.any(String));
      if (request) expect(theirShape(sdkSchema(request)).kind).toBe("object");
    }
  });
});
