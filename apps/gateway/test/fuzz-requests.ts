import { REGIONS } from "@roombridge/models/api";
import fc from "fast-check";
import { z } from "zod";
import type { Operation } from "../src/operation.ts";
import { pathOf, pathParameters } from "./path-of.ts";
import { bodiesOf, spoiled, toJsonSchema } from "./schema-bodies.ts";

/** What of a game a request may name. */
export interface KnownIds {
  readonly appId: string;
  readonly token: string;
  /** Of a player of the application. */
  readonly playerToken: string;
  /** Of an organisation that owns nothing here. */
  readonly otherToken: string;
  /** Grows and shrinks while the requests run. */
  readonly processIds: readonly string[];
  readonly orgId: string;
  /** Not that of `token`: whoever revokes it is answered 401 from then on. */
  readonly orgTokenIds: readonly string[];
  /** Run, deleted and new ones. */
  readonly buildIds: readonly string[];
  readonly deploymentId: string;
  readonly webhookIds: readonly string[];
  /** Of the same organisation; this one may be deleted. */
  readonly otherAppId: string;
}

/** A build that may be deployed and that no request deletes. */
export const LASTING_BUILD = "lasting-build";

/** A request as data, so that a failure can be printed; `bytesOf` writes it down. */
export interface FuzzRequest {
  readonly operationId: string;
  readonly method: string;
  readonly segments: Readonly<Record<string, Segment>>;
  readonly query: string;
  readonly headers: readonly string[];
  /** A text for the header as it is, or which of the known tokens. */
  readonly authorization: "own" | "other" | "none" | { readonly text: string };
  readonly body: string | Uint8Array | undefined;
  readonly isChunked: boolean;
}

/** A segment of the path: the nth known value, or a text that is already encoded, if at all. */
type Segment = { readonly nth: number } | { readonly text: string };

const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "QUERY"];

const ODD_TEXTS = [
  "%00",
  "%",
  "%zz",
  "%ff",
  "%2F",
  "..",
  ".",
  "%2e%2e",
  "",
  "\\",
  "null",
  "undefined",
  "__proto__",
  "constructor",
  "-1",
  "0",
  "1e999",
  "-1e308",
  "NaN",
  "Infinity",
  "0x10",
  "1.5",
  "+1",
  "%201",
  "9007199254740993",
  "99999999999999999999999",
  "8640000000000001",
  "%D9%A1",
  "%F0%9F%8E%AE",
  "%ED%A0%80",
  "'%20or%201=1--",
  "$(id)",
  "%0d%0aX-Injected:%201",
  "a".repeat(3_000),
  ",".repeat(500),
];

/** One segment of a path or one value of a query: well encoded text of any kind, raw text, and known oddities. */
const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 120 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.stringMatching(/^[!$&-.0-;=@-~]{0,120}$/),
  fc.constantFrom(...ODD_TEXTS),
);

const segment: fc.Arbitrary<Segment> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ nth: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ text: oddText }) },
);

/** Application and organisation are right most of the time: without it no other value is looked at. */
const appSegment: fc.Arbitrary<Segment> = fc.oneof(
  { weight: 19, arbitrary: fc.constant({ nth: 0 }) },
  { weight: 1, arbitrary: fc.record({ text: oddText }) },
);

const anyJson = fc.jsonValue({ maxDepth: 5, noUnicodeString: false }).map((value) => JSON.stringify(value));
const deepJson = fc
  .tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom(["[", "]"], ['{"a":', "}"]), fc.boolean())
  .map(([depth, [open = "", close = ""], isWhole]) => {
    const levels = Math.min(depth, 9_000);
    return open.repeat(levels) + (isWhole ? `1${close.repeat(levels)}` : "");
  });
const anyBody: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 6, arbitrary: anyJson },
  { weight: 1, arbitrary: deepJson },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "{}", "[]", "null", "\u{FEFF}{}", '"', "{".repeat(65_536), "x".repeat(65_537)),
  },
);

const HEADERS = fc.oneof(
  fc.constantFrom(
    "Content-Type: application/json",
    "Content-Type: text/plain",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: ;;;,,",
    "Content-Encoding: gzip",
    "Accept: image/*;q=nonsense",
    "Accept-Encoding: br, gzip, *;q=0",
    "Cookie: a=b; ; =",
    "Range: bytes=0-0,-1",
    "If-None-Match: *",
    "If-Modified-Since: never",
    "Origin: null",
    "Access-Control-Request-Method: POST",
    "X-Forwarded-For: ' or 1=1",
    "X-Forwarded-Host: a.example",
    "X-HTTP-Method-Override: DELETE",
    "Upgrade: websocket",
    "Connection: close",
    "Connection: keep-alive, Authorization",
    "Expect: 100-continue",
    "Forwarded: for=;;",
    "Traceparent: 00-zz",
    `X-Long: ${"x".repeat(6_000)}`,
  ),
  fc.stringMatching(/^X-[A-Za-z-]{1,20}: [\x20-\x7e\x80-\xff]{0,80}$/),
);

/** Requests for these operations: right ones, nearly right ones and nonsense, so that state changes as well. */
export function fuzzRequests(operations: readonly Operation[]): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(...operations.map(requestsOf));
}

/**
 * Good requests that change something, on a dozen rooms: they are created, suspended, woken and resumed all the time, and
 * ended less often.
 */
export function stormRequests(operations: readonly Operation[]): fc.Arbitrary<FuzzRequest> {
  const storming = operations.filter(
    ({ route }) => route.method === "post" || route.operationId.startsWith("GetConnectionInfo"),
  );
  return fc.oneof(
    ...storming.map((operation) => ({
      weight:
        /^(Stop|Destroy|CreateProcess|Register|Deregister|CreateApp|UpdateApp|CreateBuild|RunBuild|CreateDeployment|CreateOrgToken|RevokeOrgToken)/.test(
          operation.route.operationId,
        )
          ? 1
          : 8,
      arbitrary: goodRequestsOf(operation),
    })),
  );
}

/** Requests that these operations answer with success, once there is what they name. */
export function goodRequests(operations: readonly Operation[]): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(...operations.map(goodRequestsOf));
}

function goodRequestsOf({ route }: Operation): fc.Arbitrary<FuzzRequest> {
  const names = pathParameters(route);
  const good = goodBodiesOf(route);
  return fc.record({
    operationId: fc.constant(route.operationId),
    method: fc.constant(route.method.toUpperCase()),
    segments: fc.record(Object.fromEntries(names.map((name) => [name, fc.record({ nth: fc.nat() })]))),
    query:
      route.request?.query && good
        ? fc.constantFrom(...FEW_ROOM_IDS).map((id) => `?roomId=${id}&shortCode=${id}`)
        : fc.constant(""),
    headers: fc.constant([]),
    authorization: fc.constant("own" as const),
    body: good ? good.map((body) => JSON.stringify(body)) : fc.constant(undefined),
    isChunked: fc.constant(false),
  });
}

function requestsOf(operation: Operation): fc.Arbitrary<FuzzRequest> {
  const names = pathParameters(operation.route);
  const own = operation.route.method.toUpperCase();
  return fc.record({
    operationId: fc.constant(operation.route.operationId),
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant(own) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    segments: fc.record(
      Object.fromEntries(names.map((name) => [name, ["appId", "orgId"].includes(name) ? appSegment : segment])),
    ),
    query: queriesOf(operation),
    headers: fc.array(HEADERS, { maxLength: 3 }),
    authorization: fc.oneof(
      { weight: 20, arbitrary: fc.constant("own" as const) },
      { weight: 1, arbitrary: fc.constantFrom("other" as const, "none" as const) },
      { weight: 1, arbitrary: fc.record({ text: fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,200}$/) }) },
    ),
    body: bodiesFor(operation),
    isChunked: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  });
}

function queriesOf({ route }: Operation): fc.Arbitrary<string> {
  const schema = route.request?.query;
  const known = schema instanceof z.ZodType ? Object.entries(toJsonSchema(schema, "input").properties ?? {}) : [];
  const pairs = known.map(([name, field]) => {
    const schemaOfValue = typeof field === "object" && !Array.isArray(field.items) ? (field.items ?? field) : undefined;
    const good =
      name === "roomId" || name === "shortCode"
        ? fc.constantFrom(...FEW_ROOM_IDS)
        : bodiesOf(typeof schemaOfValue === "object" ? schemaOfValue : {});
    const value = fc.oneof(
      { weight: 2, arbitrary: good.map((body) => encodeURIComponent(String(body))) },
      { weight: 1, arbitrary: oddText },
    );
    const values = fc.oneof(
      { weight: 3, arbitrary: value.map((text) => [text]) },
      { weight: 1, arbitrary: fc.array(value, { maxLength: 3 }) },
    );
    return values.map((texts) => texts.map((text) => `${name}=${text}`));
  });
  const unknown = fc.array(
    fc.tuple(oddText, oddText).map(([name, value]) => `${name}=${value}`),
    { maxLength: 2 },
  );
  const repeated = fc
    .tuple(
      fc.constantFrom("roomId", "state", "region", "status", "before", "tailLines", ...known.map(([name]) => name)),
      fc.nat(300),
    )
    .map(([name, count]) => Array.from({ length: count }, () => `${name}=Tokyo`));
  const parts = fc.oneof(
    { weight: 20, arbitrary: fc.tuple(...pairs) },
    { weight: 5, arbitrary: fc.tuple(...pairs, unknown) },
    { weight: 1, arbitrary: fc.tuple(repeated) },
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant("") },
    { weight: 2, arbitrary: parts.map((lists) => `?${lists.flat().join("&")}`.slice(0, 8_000)) },
  );
}

/** Bodies that the schema of the operation takes; undefined for an operation that reads none. */
function goodBodiesOf(route: Operation["route"]): fc.Arbitrary<unknown> | undefined {
  const media = route.request?.body?.content["application/json"];
  const schema = media && "schema" in media ? media.schema : undefined;
  if (!(schema instanceof z.ZodType)) return undefined;
  // A JSON Schema does not tell all of the rules.
  return bodiesOf(toJsonSchema(schema, "input"))
    .filter((body) => schema.safeParse(body).success)
    .map(inFewRegions)
    .map(ofFewPlayers)
    .map(toNobody)
    .map((body) =>
      route.operationId === "CreateDeployment" ? { ...body, buildId: LASTING_BUILD } : ofFewBuilds(body),
    );
}

function bodiesFor({ route }: Operation): fc.Arbitrary<string | Uint8Array | undefined> {
  const good = goodBodiesOf(route);
  if (!good) return fc.option(anyBody, { nil: undefined, freq: 3 });
  return fc.oneof(
    { weight: 6, arbitrary: good.map((body) => JSON.stringify(body)) },
    { weight: 2, arbitrary: spoiled(good).map((body) => JSON.stringify(body) ?? "") },
    { weight: 1, arbitrary: good.map((body) => JSON.stringify(body).slice(0, -1)) },
    {
      weight: 1,
      arbitrary: fc
        .string({ unit: "binary", maxLength: 10_100 })
        .map((roomConfig) => JSON.stringify({ region: "Tokyo", roomConfig })),
    },
    { weight: 2, arbitrary: anyBody },
  );
}

/** Few, so that rooms meet on processes; and mostly without a deployment, of which hardly one would exist. */
function inFewRegions(body: unknown): Record<string, unknown> {
  const { deploymentId, ...rest } = z.record(z.string(), z.unknown()).parse(body);
  const isNamed = typeof deploymentId === "string" && deploymentId.length > 30;
  return {
    ...rest,
    ...("region" in rest ? { region: FEW_REGIONS[Object.keys(rest).length % 2] } : {}),
    ...(isNamed ? { deploymentId } : {}),
  };
}

/** Few, so that one request renews or revokes what another has issued. */
function ofFewPlayers(body: Record<string, unknown>): Record<string, unknown> {
  const { playerId } = body;
  return typeof playerId === "string" ? { ...body, playerId: `p${playerId.length % 4}` } : body;
}

/** Where nobody listens; nothing of a test is sent to anybody. */
function toNobody(body: Record<string, unknown>): Record<string, unknown> {
  const { url } = body;
  return typeof url === "string" ? { ...body, url: `http://127.0.0.1:9/${url.length}` } : body;
}

/** Few, so that builds are run and deleted after they were created. */
function ofFewBuilds(body: Record<string, unknown>): Record<string, unknown> {
  const { buildId } = body;
  return typeof buildId === "string"
    ? { ...body, buildId: FEW_BUILD_IDS[buildId.length % FEW_BUILD_IDS.length] }
    : body;
}

const FEW_BUILD_IDS = Array.from({ length: 30 }, (_, nth) => `b${nth}`);

const FEW_REGIONS = ["Dallas", "Tokyo"];

/** Few, so that one request meets what another has done. */
const FEW_ROOM_IDS = Array.from({ length: 12 }, (_, nth) => `r${nth}`);

function valueOf(name: string, nth: number, ids: KnownIds): string {
  const values: Readonly<Record<string, readonly string[]>> = {
    appId: [ids.appId],
    roomId: FEW_ROOM_IDS,
    processId: ids.processIds,
    orgId: [ids.orgId],
    orgTokenId: ids.orgTokenIds,
    buildId: ids.buildIds,
    webhookId: ids.webhookIds,
    deploymentId: [ids.deploymentId],
    region: nth % 5 === 0 ? REGIONS : FEW_REGIONS,
    shortCode: FEW_ROOM_IDS,
  };
  const known = values[name];
  if (!known) throw new Error(`the fuzzer does not know the path parameter ${name}: add known values for it`);
  return known[nth % known.length] ?? "none";
}

/** The request on the wire. */
export function bytesOf(request: FuzzRequest, { route, access }: Operation, given: KnownIds): Buffer {
  const ids = access === "player" ? { ...given, token: given.playerToken } : given;
  const { method, segments, query, headers, authorization, body, isChunked } = request;
  const known = method === "DELETE" && !("webhookId" in segments) ? { ...ids, appId: ids.otherAppId } : ids;
  const values = Object.fromEntries(
    Object.entries(segments).map(([name, one]) => [
      name,
      "text" in one ? one.text : encodeURIComponent(valueOf(name, one.nth, known)),
    ]),
  );
  const head = [
    `${method} ${pathOf(route, values, (value) => value)}${query} HTTP/1.1`,
    "Host: x",
    ...(authorization === "none" ? [] : [`Authorization: ${tokenOf(authorization, ids)}`]),
    ...headers,
  ];
  const bytes = body === undefined ? undefined : Buffer.from(body);
  if (!bytes) return Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1");
  const length = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes.length}`;
  return Buffer.concat([
    Buffer.from(`${[...head, length].join("\r\n")}\r\n\r\n`, "latin1"),
    ...(isChunked ? toChunks(bytes) : [bytes]),
  ]);
}

function tokenOf(
  authorization: Exclude<FuzzRequest["authorization"], "none">,
  { token, otherToken }: KnownIds,
): string {
  if (authorization === "own") return `Bearer ${token}`;
  return authorization === "other" ? otherToken : authorization.text;
}

function toChunks(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  const size = Math.max(1, Math.ceil(bytes.length / 3));
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return [...chunks, Buffer.from("0\r\n\r\n")];
}
