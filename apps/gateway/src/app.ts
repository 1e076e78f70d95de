import { addAbortSignal, Readable } from "node:stream";
import type { RoomsContext } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import { Hono, type Context, type HonoRequest } from "hono";
import { allowedMethods } from "./allowed-methods.ts";
import type { Answer } from "./answer.ts";
import { CORS_HEADERS, isPreflight, PREFLIGHT_HEADERS } from "./cors.ts";
import { DOCS } from "./docs.ts";
import { errorAnswer, isForeseen, toErrorAnswer } from "./error-response.ts";
import { checkAlive, checkReady } from "./health.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { createDocument } from "./openapi.ts";
import { notOffered, refusedUpload } from "./not-offered.ts";
import type { Operation } from "./operation.ts";
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
  readonly allowsPrivateWebhooks?: boolean;
  /** Default 1,000. */
  readonly maxEventStreams?: number;
  /** Whether there is the page `/turn/check`. Default true. */
  readonly turnCheck?: boolean;
}

interface Endpoint {
  /** The operationId in the access log. */
  readonly name: string;
  readonly handle: (request: HonoRequest) => Answer | Promise<Answer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Probes come every few seconds and are logged at debug. */
  readonly isProbe?: boolean;
  readonly isPolled?: boolean | undefined;
}

/** The REST face as a function from requests to responses; it does not listen. */
export function createApp(gateway: Gateway, operations: readonly Operation[] = OPERATIONS): Hono {
  const { rooms, lifecycle, closing, basePath = "", wakeOnConnectionInfo = true, turnCheck = true } = gateway;
  const { allowsPrivateWebhooks, maxEventStreams } = gateway;
  const app = new Hono();
  const api = app.basePath(basePath);
  const serve = (endpoint: Endpoint) => (c: Context) => answer(gateway, endpoint, c);

  for (const operation of operations) {
    const { route, isForBrowsers, isPolled } = operation;
    const handle = checkedHandle(operation);
    const headers = isForBrowsers ? CORS_HEADERS : {};
    const path = toHonoPath(route.path);
    api.on(
      route.method,
      path,
      serve({
        name: route.operationId,
        headers,
        isPolled,
        handle: (request) =>
          handle(rooms, request, { wakeOnConnectionInfo, allowsPrivateWebhooks, maxEventStreams, closing }),
      }),
    );
    api.options(
      path,
      serve({ name: "Preflight", headers: isForBrowsers ? PREFLIGHT_HEADERS : {}, handle: () => ({ status: 204 }) }),
    );
  }
  closing?.addEventListener("abort", () => rooms.waits.end());
  const document = createDocument(basePath);
  api.get(
    "/openapi.json",
    serve({ name: "OpenApi", headers: CORS_HEADERS, handle: () => ({ status: 200, body: document }) }),
  );
  for (const [path, page] of turnCheck ? TURN_CHECK : [])
    api.get(path, serve({ name: "TurnCheck", handle: () => page }));
  for (const [path, page] of DOCS) api.get(path, serve({ name: "Docs", handle: () => page }));
  for (const probed of basePath === "" ? [app] : [app, api]) {
    probed.get("/healthz", serve({ name: "Healthz", isProbe: true, handle: checkAlive }));
    probed.get("/readyz", serve({ name: "Readyz", isProbe: true, handle: () => checkReady(rooms, lifecycle) }));
  }

  const absent = { basePath, methodsOf: allowedMethods(app.routes), notOffered: notOffered(operations) };
  app.notFound(serve({ name: "NotFound", headers: CORS_HEADERS, handle: (request) => refuse(absent, request) }));
  return app;
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
async function answer({ log, lifecycle, closing }: Gateway, endpoint: Endpoint, c: Context): Promise<Response> {
  const startedAt = performance.now();
  const requestId = newRequestId();
  let given: Answer;
  try {
    given = await endpoint.handle(c.req);
  } catch (error) {
    given = toErrorAnswer(error, requestId);
    if (!isForeseen(error)) log.error({ requestId, operation: endpoint.name, err: error }, "request failed");
  }
  // Probes and players that poll would flood the log.
  const isPoll = c.req.method === "GET" || endpoint.isPolled;
  const isEveryday = endpoint.isProbe || (isPoll && given.status < 400);
  log[isEveryday ? "debug" : "info"](
    {
      requestId,
      operation: endpoint.name,
      method: c.req.method,
      path: c.req.path,
      status: given.status,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    },
    "request",
  );
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

function toResponse({ status, body, file, stream, endsItself = false, headers }: Answer, sending: Sending): Response {
  const all = new Headers({ ...sending.headers, ...headers });
  if (stream !== undefined) return new Response(toBody({ stream, endsItself }, sending), { status, headers: all });
  if (body === undefined) return new Response(file ?? null, { status, headers: all });
  // Last: the SDKs refuse JSON under any other name.
  all.set("content-type", "application/json");
  return new Response(JSON.stringify(body), { status, headers: all });
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
