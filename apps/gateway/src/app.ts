import { addAbortSignal, Readable } from "node:stream";
import type { RoomsContext } from "@roombridge/rooms";
import type { Logger, Telemetry } from "@roombridge/service";
import { Hono, type Context, type HonoRequest } from "hono";
import { Admission, type AdmissionSettings } from "./admission.ts";
import { allowedMethods } from "./allowed-methods.ts";
import type { Answer } from "./answer.ts";
import { CORS_HEADERS, isPreflight, PREFLIGHT_HEADERS } from "./cors.ts";
import { DOCS } from "./docs.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorAnswer, isForeseen, toErrorAnswer } from "./error-response.ts";
import { handleRequest, incomingOf } from "./handle-request.ts";
import { checkAlive, checkReady } from "./health.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { MixedRouter } from "./mixed-router.ts";
import { createDocument } from "./openapi.ts";
import { observeRequests, type OnAnswer } from "./observe-requests.ts";
import { notOffered, refusedUpload } from "./not-offered.ts";
import type { Operation } from "./operation.ts";
import { defaultPlayerSettings, type PlayerSettings } from "./player-settings.ts";
import { OPERATIONS } from "./operations.ts";
import { newRequestId } from "./request-id.ts";
import { checkedHandle } from "./serialize.ts";
import { TURN_CHECK } from "./turn-check.ts";

export interface Gateway {
  readonly rooms: RoomsContext;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  /** Without a slash at its end. Everything lies below it, the health probes at the root as well. */
  readonly basePath?: string;
  /** Aborts when answers without an end must end. */
  readonly closing?: AbortSignal;
  /** See `OperationSettings`. Default true. */
  readonly wakeOnConnectionInfo?: boolean;
  /** See `OperationSettings`. Default false. */
  readonly checkStaticPorts?: boolean;
  /** Default: Hathora's limit, and Google's own keys. */
  readonly players?: PlayerSettings;
  readonly allowsPrivateWebhooks?: boolean;
  /** Default 1,000. */
  readonly maxEventStreams?: number;
  /** Whether there is the page `/turn/check`. Default true. */
  readonly turnCheck?: boolean;
  /** How often may be asked. Default: as often as one likes. */
  readonly admission?: AdmissionSettings;
  /** How long an answer may take to begin. Default 30 s. */
  readonly requestMs?: number;
  /** Default: nobody measures. */
  readonly telemetry?: Telemetry | undefined;
}

const REQUEST_MS = 30_000;
const NO_LIMITS: AdmissionSettings = {
  proxies: undefined,
  header: "x-forwarded-for",
  publicRate: { perSecond: 0, burst: 0 },
  tokenRate: { perSecond: 0, burst: 0 },
  authFailuresPerMinute: 0,
};

/** The REST face as a function from requests to responses; it does not listen. */
export function createApp(gateway: Gateway, operations: readonly Operation[] = OPERATIONS): Hono {
  const { rooms, lifecycle, closing, basePath = "", wakeOnConnectionInfo = true, turnCheck = true } = gateway;
  const { checkStaticPorts = false, allowsPrivateWebhooks, maxEventStreams } = gateway;
  const players = gateway.players ?? defaultPlayerSettings();
  const webhooks = { allowsPrivateWebhooks, maxEventStreams, closing };
  const settings = { wakeOnConnectionInfo, checkStaticPorts, players, ...webhooks };
  const app = new Hono({ router: new MixedRouter() });
  const api = app.basePath(basePath);
  const admission = new Admission(gateway.admission ?? NO_LIMITS, gateway.log);
  const serve = serverOf(gateway, admission);

  for (const operation of operations) {
    const { route, access, isForPlayersToo, isForBrowsers, isPolled, patienceSeconds } = operation;
    const handle = checkedHandle(operation);
    const headers = isForBrowsers ? CORS_HEADERS : {};
    const path = toHonoPath(route.path);
    api.on(
      route.method,
      path,
      serve({
        name: route.operationId,
        route: `${basePath}${route.path}`,
        access,
        isForPlayersToo,
        patienceSeconds,
        headers,
        isPolled,
        handle: (request) => handle(rooms, request, settings),
      }),
    );
  }
  for (const [path, headers] of preflightsOf(operations))
    api.options(toHonoPath(path), serve({ name: "Preflight", headers, handle: () => ({ status: 204 }) }));
  closing?.addEventListener("abort", () => rooms.waits.end());
  const document = createDocument(basePath);
  api.get(
    "/openapi.json",
    serve({
      name: "OpenApi",
      access: "public",
      headers: CORS_HEADERS,
      handle: () => ({ status: 200, body: document }),
    }),
  );
  for (const [path, page] of turnCheck ? TURN_CHECK : [])
    api.get(path, serve({ name: "TurnCheck", access: "public", handle: () => page }));
  for (const [path, page] of DOCS) api.get(path, serve({ name: "Docs", access: "public", handle: () => page }));
  for (const probed of basePath === "" ? [app] : [app, api]) {
    probed.get("/healthz", serve({ name: "Healthz", isProbe: true, handle: checkAlive }));
    probed.get("/readyz", serve({ name: "Readyz", isProbe: true, handle: () => checkReady(rooms, lifecycle) }));
  }

  const absent = { basePath, methodsOf: allowedMethods(app.routes), notOffered: notOffered(operations) };
  app.notFound(
    serve({ name: "NotFound", access: "public", headers: CORS_HEADERS, handle: (request) => refuse(absent, request) }),
  );
  return app;
}

/** The headers by path: it may be that of several operations, and browsers ask before any of them. */
function preflightsOf(operations: readonly Operation[]): Map<string, Readonly<Record<string, string>>> {
  const forPages = operations.filter(({ isForBrowsers }) => isForBrowsers).map(({ route }) => route.path);
  return new Map(operations.map(({ route: { path } }) => [path, forPages.includes(path) ? PREFLIGHT_HEADERS : {}]));
}

/** How an endpoint becomes a handler: measured, if somebody measures. */
function serverOf(gateway: Gateway, admission: Admission): (endpoint: Endpoint) => (c: Context) => Promise<Response> {
  const observe = gateway.telemetry && observeRequests(gateway.telemetry);
  if (!observe) return (endpoint) => (c) => answer(gateway, admission, endpoint, c);
  return (endpoint) => (c) => observe(endpoint, c.req, (onAnswer) => answer(gateway, admission, endpoint, c, onAnswer));
}

interface Absent {
  readonly basePath: string;
  readonly methodsOf: (path: string) => readonly string[];
  readonly notOffered: (path: string) => string | undefined;
}

/** 405 for a method that a path does not have, 404 for a path that is not there. */
function refuse({ basePath, methodsOf, notOffered: whyNot }: Absent, request: HonoRequest): Answer {
  const { path, method } = request;
  const below = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : "";
  const methods = refusedUpload(method, below) === undefined ? methodsOf(path) : [];
  if (methods.length > 0) return errorAnswer(405, "this path does not have this method", { allow: methods.join(", ") });
  const why = refusedUpload(method, below) ?? whyNot(below);
  // A browser shows the page our sentence only if the preflight before it succeeds.
  if (why !== undefined && isPreflight(request)) return { status: 204, headers: PREFLIGHT_HEADERS };
  return errorAnswer(404, `${why ?? "there is nothing at this path"}; see ${basePath}/docs`);
}

/** Runs an endpoint; whatever it throws becomes its answer and, if unforeseen, an error in the log. */
async function answer(
  gateway: Gateway,
  admission: Admission,
  endpoint: Endpoint,
  c: Context,
  onAnswer?: OnAnswer,
): Promise<Response> {
  const { log, lifecycle, closing, requestMs = REQUEST_MS } = gateway;
  const startedAt = performance.now();
  const requestId = newRequestId();
  const client = admission.clientOf(incomingOf(c));
  let given: Answer;
  let failure: unknown;
  try {
    given = await handleRequest({ log, requestMs, admission }, endpoint, { request: c.req, requestId, client });
  } catch (error) {
    failure = error;
    given = toErrorAnswer(error, requestId);
    if (!isForeseen(error)) log.error({ requestId, operation: endpoint.name, err: error }, "request failed");
  }
  onAnswer?.(given.status, requestId, failure);
  // Probes and players that poll would flood the log.
  const isPoll = c.req.method === "GET" || endpoint.isPolled;
  const level = endpoint.isProbe || (isPoll && given.status < 400) ? "debug" : "info";
  if (log.isLevelEnabled(level)) {
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
    const { method, path } = c.req;
    const told = { requestId, operation: endpoint.name, method, path, client: client.address };
    log[level]({ ...told, status: given.status, durationMs }, "request");
  }
  const headers = {
    "x-request-id": requestId,
    "cache-control": "no-store",
    ...endpoint.headers,
    ...(lifecycle.isDraining ? { connection: "close" } : {}),
  };
  return toResponse(given, { headers, method: c.req.method, closing });
}

interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  readonly closing: AbortSignal | undefined;
}

interface Streamed {
  readonly stream: Readable;
  readonly endsItself: boolean;
}

/** Headers stay a plain object, which node-server writes as it is: `Headers` would be checked, sorted and copied for each answer. */
function toResponse({ status, body, file, stream, endsItself = false, headers }: Answer, sending: Sending): Response {
  const all = headers === undefined ? sending.headers : { ...sending.headers, ...lowerCased(headers) };
  if (stream !== undefined) return new Response(toBody({ stream, endsItself }, sending), { status, headers: all });
  if (body === undefined) return new Response(file ?? null, { status, headers: all });
  // Last: the SDKs refuse JSON under any other name.
  return new Response(JSON.stringify(body), { status, headers: { ...all, "content-type": "application/json" } });
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A stream that breaks off breaks the connection, so that nobody takes what came for the whole. */
function toBody({ stream, endsItself }: Streamed, { method, closing }: Sending): ReadableStream | null {
  stream.on("error", () => {});
  if (method === "HEAD") {
    stream.destroy();
    return null;
  }
  const body = Readable.toWeb(stream) as ReadableStream;
  if (endsItself) return body;
  if (closing?.aborted) stream.destroy(new Error("the gateway stops"));
  else if (closing) addAbortSignal(closing, stream);
  return body;
}

/** `/rooms/{roomId}` in OpenAPI is `/rooms/:roomId` in Hono. */
function toHonoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
